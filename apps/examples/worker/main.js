const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
worker.onmessage = ({ data: { bitmap, text } }) => {
  const canvas = document.querySelector('#canvas')
  Object.assign(canvas, { width: bitmap.width, height: bitmap.height })
  canvas.getContext('bitmaprenderer').transferFromImageBitmap(bitmap)
  document.querySelector('#status').textContent = text
}
worker.postMessage({ prompt: 'a red fox, 3d', seed: 7 })
