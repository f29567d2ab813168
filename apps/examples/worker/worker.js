import { webBackend } from '@fastflow/backend-web'
import { loadPipeline } from '@fastflow/pipelines'

// Networks run in a worker that the backend starts; this one samples, decodes and draws.
const loading = loadPipeline('/models/emoji', { backend: webBackend() })

self.onmessage = async ({ data: { prompt, seed } }) => {
  const pipe = await loading
  const { images, items } = await pipe.generate(prompt, { seed, accelerate: 'plan' })
  const [{ width, height, data }] = images
  const picture = new ImageData(width, height)
  for (let k = 0; k < width * height; k++) picture.data.set([...data.subarray(3 * k, 3 * k + 3), 255], 4 * k)
  const bitmap = await createImageBitmap(picture)
  const { nfe, steps } = items[0].stats
  self.postMessage({ bitmap, text: `evaluated ${nfe} of ${steps} steps` }, [bitmap])
}
