// What Node benches, plans, measures and learns on a pipeline whose networks a worker runs on torch, and on the same one exported:
// node learn.mjs JOB.json

import { readFileSync } from 'node:fs'
import { nodeBackend } from '@fastflow/backend-node'
import { processBackend } from '@fastflow/backend-process'
import { runBench, takingTurns } from '@fastflow/bench'
import { memoryPolicyStore } from '@fastflow/core'
import { loadPipeline } from '@fastflow/pipelines'

const job = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const size = { width: 32, height: 32 }
const grid = { numSteps: 10, guidanceScale: 1 }
const { signal } = new AbortController()
const worker = processBackend({ command: job.worker })
const found = {}

for (const [side, folder, backend] of [
  ['torch', job.pipeline, worker],
  ['onnx', job.exported, nodeBackend()],
]) {
  const pipe = await loadPipeline(folder, { backend, threads: 1, store: memoryPolicyStore() })
  const run = { ...size, ...grid, prompts: ['a red fox'] }
  const plans = (await pipe.calibrate({ ...run, budgets: [6, 8], evaluations: 40 })).toJSON()
  const { document } = await runBench(
    takingTurns(pipe, [{ subject: 'a red fox' }, { subject: 'a blue owl' }], size),
    {
      ...grid,
      budgets: [6],
      samples: 1,
      seed: 0,
      paperGenerations: 2,
      plans,
      exact: false,
      controls: 'all',
      oracle: false,
      tuningSamples: 0,
      environment: { node: process.version, threads: 1 },
      signal,
      now: () => 0,
    },
  )
  const table = await pipe.measureQuality({ ...run, metric: 'psnr', runs: 2, floorRuns: 1 })
  const decisions = []
  const accelerate = {
    target: { psnr: 20 },
    choose: 'learned',
    measure: 1,
    onDecision: (one) => decisions.push(one),
  }
  await pipe.generate('a red fox', { ...size, ...grid, count: 2, accelerate })
  found[side] = {
    backend: document.environment.backend,
    rows: Object.fromEntries(
      document.rows.map(({ method, nfe, psnr }) => [method, { nfe, psnr: psnr.mean }]),
    ),
    runs: table.runs.length,
    decisions: decisions.length,
  }
  await pipe.dispose()
}
await worker.close()
process.stdout.write(JSON.stringify(found))
