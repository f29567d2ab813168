// Two processes that learn the paper's policy in one folder, killed again and again, and what was lost:
//   node bench/kill-learners.mjs [--kills 300] [--writes 40]
// Each learner says after each call of `generate` that it has ended; kill -9 comes after a random number of them. At the end a
// process that is not killed learns once more. Prints one JSON document: generations that were acknowledged, those the
// policy has counted, and the files that were left. Exit code 1 where a generation is missing.
import { spawn } from 'node:child_process'
import { writeSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { filePolicyStore } from '@fastflow/backend-node'
import { loadPipeline } from '../dist/index.js'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    writes: { type: 'string', default: '40' },
    child: { type: 'string' },
  },
})

const FILES = {
  'model_index.json': {
    _class_name: 'ClassToImagePipeline',
    scheduler: ['diffusers', 'FlowMatchEulerDiscreteScheduler'],
    unet: ['fastflow', 'UNet2DModel'],
  },
  'scheduler/scheduler_config.json': { _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 1 },
  'unet/config.json': {
    sample_size: 4,
    in_channels: 3,
    out_channels: 3,
    null_class_id: 3,
    id2label: { 0: 'ant', 1: 'bee', 2: 'fly' },
    prediction_type: 'velocity',
    timestep_type: 'sigma',
    timestep_range: [0, 1],
    data_range: [-1, 1],
    default_guidance_scale: 1.5,
    default_num_inference_steps: 20,
  },
  'unet/model.onnx': 'onnx',
}

/** A model in memory, whose network bends every path a little. */
const backend = {
  version: 1,
  name: 'closed-form',
  open: async (location) => ({
    location,
    has: async (path) => path in FILES,
    read: async (path) => new TextEncoder().encode(JSON.stringify(FILES[path])),
    load: async () => ({
      version: 1,
      executionProvider: 'closed-form',
      inputs: [
        { name: 'sample', type: 'float32', dims: ['batch', 3, 4, 4] },
        { name: 'timestep', type: 'float32', dims: ['batch'] },
        { name: 'class_labels', type: 'int64', dims: ['batch'] },
      ],
      outputs: [{ name: 'velocity', type: 'float32', dims: ['batch', 3, 4, 4] }],
      digest: 'f'.repeat(64),
      run: async ({ sample, timestep }, { into }) => {
        const { data } = into.velocity
        for (let i = 0; i < data.length; i++) {
          const sigma = timestep.data[Math.floor(i / 48)]
          data[i] = sample.data[i] * (sigma - 0.4) + Math.sin(3 * sigma)
        }
        return { outputs: { velocity: into.velocity }, timing: { ms: 0 } }
      },
      dispose: async () => {},
    }),
  }),
  policyStore: filePolicyStore,
}

async function generations(folder, calls, onCall) {
  const pipe = await loadPipeline('model', { backend, store: filePolicyStore(folder) })
  let result
  for (let seed = 0; seed < calls; seed++) {
    result = await pipe.generate('ant', { seed, accelerate: 'paper' })
    onCall()
  }
  await pipe.dispose()
  return result.policy.state.generations
}

/** @returns how many calls were acknowledged before the kill. */
function killed(folder, calls) {
  const args = [fileURLToPath(import.meta.url), '--child', folder, '--writes', String(calls)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const after = Math.floor(Math.random() * (calls - 1)) + 1
  let acknowledged = 0
  return new Promise((resolve) => {
    child.stdout.on('data', (dots) => {
      acknowledged += dots.length
      // Wherever the next call is by then, also while it writes.
      if (acknowledged >= after) setTimeout(() => child.kill('SIGKILL'), 8 * Math.random())
    })
    child.on('close', () => resolve(acknowledged))
  })
}

async function main(kills, calls) {
  const folder = await mkdtemp(join(tmpdir(), 'fastflow-learners-'))
  try {
    const rounds = []
    for (let round = 0; round < kills / 2; round++)
      rounds.push(...(await Promise.all([killed(folder, calls), killed(folder, calls)])))
    const acknowledged = rounds.reduce((sum, n) => sum + n, 0) + 1
    const counted = await generations(folder, 1, () => {})
    const files = await readdir(folder)
    const left = (end) => files.filter((name) => name.endsWith(end)).length
    const result = {
      kills: rounds.length,
      acknowledged,
      counted,
      lost: Math.max(0, acknowledged - counted),
      temporaries: left('.tmp'),
      journals: left('.journal'),
      locks: left('.lock'),
    }
    process.stdout.write(`${JSON.stringify(result)}\n`)
    // A call may have been counted and not acknowledged any more, one a kill.
    if (counted < acknowledged || counted > acknowledged + kills) process.exitCode = 1
  } finally {
    await rm(folder, { recursive: true })
  }
}

if (values.child !== undefined)
  await generations(values.child, Number(values.writes), () => writeSync(1, '.'))
else await main(Number(values.kills), Number(values.writes))
