import type { ImageInput } from '@fastflow/pipelines'

/** Draws plain RGB or RGBA pixels on a canvas of their own size; the style sheet scales it. */
export function paint(canvas: HTMLCanvasElement, { width, height, data }: ImageInput): void {
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
  const context = canvas.getContext('2d')
  if (context === null) return
  const pixels = context.createImageData(width, height)
  const channels = data.length / (width * height)
  for (let k = 0; k < width * height; k++) {
    for (let c = 0; c < 3; c++) pixels.data[4 * k + c] = data[channels * k + c]!
    pixels.data[4 * k + 3] = channels === 4 ? data[4 * k + 3]! : 255
  }
  context.putImageData(pixels, 0, 0)
}
