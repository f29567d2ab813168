// Text to image in Node: npm install @fastflow/pipelines @fastflow/backend-node onnxruntime-node @fastflow/models-emoji
import { nodeBackend } from '@fastflow/backend-node'
import { loadPipeline } from '@fastflow/pipelines'

const pipe = await loadPipeline('@fastflow/models-emoji', { backend: nodeBackend() })
const { images, items } = await pipe.generate('a red fox, 3d', { seed: 7, accelerate: 'auto' })
await images[0].save(process.argv[2] ?? 'fox.png')
console.log(`evaluated ${items[0].stats.nfe} of ${items[0].stats.steps} steps`)
await pipe.dispose()
