// What Node makes of the run that a test has made with Diffusers: node follow.mjs JOB.json
//
// Plans from its own recording of the run, from that of Diffusers, and from its own of the velocities that Diffusers had, and the final state of `generate` with the first plan.

import { readFileSync, writeFileSync } from 'node:fs'
import { nodeBackend } from '@fastflow/backend-node'
import { calibrate, createRecorder, float32Space, parseTrajectory, sample } from '@fastflow/core'
import { loadPipeline } from '@fastflow/pipelines'

const job = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const { folder, prompt, budgets, out } = job
const latents = new Float32Array(new Uint8Array(readFileSync(job.latents)).buffer)
const image = job.image && { ...job.image, data: new Uint8Array(readFileSync(job.image.file)) }
const options = { ...job.options, ...job.text, ...(image && { image }), latents }

const pipe = await loadPipeline(folder, { backend: nodeBackend({ threads: 1 }), memory: 'resident' })
const { schedule, solver, ...key } = pipe.planKey(job.options)
const common = { ...(solver && { solver }), budgets, evaluations: 0, key }

const flow = await pipe.prepare(prompt, options)
const listened = { ...(solver && { solver }), schedule, space: float32Space, seed: 1 }
const recorder = createRecorder({ ...listened, velocity: flow.velocity })
await sample({ velocity: recorder.velocity, schedule, x: flow.noise, ...(solver && { solver }) })
const plan = await calibrate({ ...common, schedule, recorded: [await recorder.finish()] })
writeFileSync(`${out}/node-plan.json`, JSON.stringify(plan))

const run = parseTrajectory(readFileSync(job.run, 'utf8'))
const theirs = await calibrate({ ...common, schedule: run.schedule, recorded: [run] })
writeFileSync(`${out}/python-plan.json`, JSON.stringify(theirs))

// The same velocities, so that nothing but the recording differs.
const heard = new Float32Array(new Uint8Array(readFileSync(job.velocities)).buffer)
const length = flow.noise.length
const replay = createRecorder({
  ...listened,
  schedule: run.schedule,
  velocity: async (_x, _sigma, { index }) => heard.subarray(index * length, (index + 1) * length),
})
const again = { schedule: run.schedule, ...(solver && { solver }) }
await sample({ ...again, velocity: replay.velocity, x: latents })
const same = await calibrate({ ...common, ...again, recorded: [await replay.finish()] })
writeFileSync(`${out}/same-plan.json`, JSON.stringify(same))

for (const nfe of budgets) {
  let last
  const { items } = await pipe.generate(prompt, {
    ...options,
    accelerate: { method: 'plan', plan, nfe },
    onStep: async ({ state }) => {
      last = await state()
    },
  })
  if (items[0].stats.nfe > nfe) throw new Error(`${items[0].stats.nfe} evaluations, ${nfe} were asked for`)
  writeFileSync(`${out}/state-${nfe}.bin`, last)
}
await pipe.dispose()
