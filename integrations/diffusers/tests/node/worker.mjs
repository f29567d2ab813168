// What Node makes of a pipeline whose networks a worker runs on torch, and of the same one exported: node worker.mjs JOB.json
//
// Final states of `generate` on both, in full and with a plan where the job has one.

import { readFileSync, writeFileSync } from 'node:fs'
import { nodeBackend } from '@fastflow/backend-node'
import { processBackend } from '@fastflow/backend-process'
import { loadPipeline } from '@fastflow/pipelines'

const job = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const latents = job.latents && new Float32Array(new Uint8Array(readFileSync(job.latents)).buffer)
const image = job.image && { ...job.image, data: new Uint8Array(readFileSync(job.image.file)) }
const plan = job.plan && JSON.parse(readFileSync(job.plan, 'utf8'))

const sides = {
  torch: [job.pipeline, processBackend(job.socket ? { socket: job.socket } : { command: job.worker })],
  onnx: [job.exported, nodeBackend({ threads: 1 })],
}
for (const [name, [folder, backend]] of Object.entries(sides)) {
  const pipe = await loadPipeline(folder, { backend, threads: 1 })
  // A plan belongs to the networks it was made on, torch's here: for the exported ones it has to name those.
  const own =
    name === 'onnx' && plan ? { ...plan, key: { ...plan.key, model: pipe.planKey({}).model } } : plan
  let last
  const { items } = await pipe.generate(job.prompt, {
    ...job.options,
    ...(latents && { latents }),
    ...(image && { image }),
    ...(own && { accelerate: { method: 'plan', plan: own, nfe: job.nfe } }),
    onStep: async ({ state }) => {
      last = await state()
    },
  })
  writeFileSync(`${job.out}/${name}.bin`, last)
  writeFileSync(
    `${job.out}/${name}.json`,
    JSON.stringify({ provider: pipe.executionProvider, nfe: items[0].stats.nfe }),
  )
  await pipe.dispose()
}
await sides.torch[1].close()
