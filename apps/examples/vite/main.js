import { webBackend } from '@fastflow/backend-web'
import { loadPipeline } from '@fastflow/pipelines'

const status = document.querySelector('#status')
const pipe = await loadPipeline('/models/emoji', {
  backend: webBackend(),
  onProgress: ({ file, progress = 0 }) => {
    status.textContent = `${file}: ${Math.round(progress)} %`
  },
})
const { images, items } = await pipe.generate('a red fox, 3d', { seed: 7, accelerate: 'plan' })
await pipe.dispose()

const [{ width, height, data }] = images
const picture = new ImageData(width, height)
for (let k = 0; k < width * height; k++) picture.data.set([...data.subarray(3 * k, 3 * k + 3), 255], 4 * k)
const canvas = document.querySelector('#canvas')
Object.assign(canvas, { width, height }).getContext('2d').putImageData(picture, 0, 0)
status.textContent = `evaluated ${items[0].stats.nfe} of ${items[0].stats.steps} steps`
