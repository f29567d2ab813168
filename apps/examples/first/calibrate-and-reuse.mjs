// A plan is calibrated once, kept in a file, and followed by whoever reads it.
import { readFile, writeFile } from 'node:fs/promises'
import { nodeBackend } from '@fastflow/backend-node'
import { loadPipeline } from '@fastflow/pipelines'

const [model = '@fastflow/models-emoji', file = 'plan.json'] = process.argv.slice(2)
const pipe = await loadPipeline(model, { backend: nodeBackend() })
await writeFile(
  file,
  JSON.stringify(await pipe.calibrate({ budgets: [8, 12], numSteps: 20, evaluations: 200 })),
)

const plan = await readFile(file, 'utf8')
const accelerate = { method: 'plan', plan, nfe: 8 }
const { items } = await pipe.generate('a red fox, 3d', { numSteps: 20, accelerate })
console.log(`evaluated ${items[0].stats.nfe} of ${items[0].stats.steps} steps`)
await pipe.dispose()
