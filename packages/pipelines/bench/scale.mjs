// Whether skipping pays at every size: transformers of the shape of Stable Diffusion 3 with random float16 weights.
//   node bench/scale.mjs [--depths 6,11,19,24] [--width 64] [--tokens 16] [--threads 2] [--rounds 1]
// Depth 6 has 32 M parameters, 11 some 200 M, 19 one thousand million, 24 two: the file takes two bytes each, memory on the
// processor about four more. Each size runs in a process of its own. A run of 50 evaluations stops after every tenth for a whole run of
// 10, so that both meet the same machine; `ofRatio` is the speed-up over 5, the ratio of evaluations. Encoders and decoder are tiny and not timed.
// Exit code 1 where `ofRatio` is below 0.97.
import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nodeBackend } from '@fastflow/backend-node'
import { sample, uniformSkip } from '@fastflow/core'
import { loadPipeline } from '../dist/index.js'
import { writeTransformer } from './random-sd3.mjs'

const FIXTURE = fileURLToPath(new URL('../test/fixtures/families/sd3-fp16/pipeline', import.meta.url))
/** Of the fixture's transformer: what its encoders and decoder fit. */
const PORTS = { channels: 16, context: 24, pooled: 20, patch: 2 }
const [STEPS, FEW, LEAST] = [50, 10, 0.97]

const { values } = parseArgs({
  options: {
    depths: { type: 'string', default: '6,11,19,24' },
    width: { type: 'string', default: '64' },
    tokens: { type: 'string', default: '16' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '1' },
    child: { type: 'string' },
  },
})

/** One process: load, then 50 evaluations with runs of 10 between them. */
async function run(folder) {
  const [side, tokens, rounds] = [Number(values.width), Number(values.tokens), Number(values.rounds)]
  const began = performance.now()
  const seconds = (ms) => Number((ms / 1000).toFixed(2))
  const pipe = await loadPipeline(folder, { backend: nodeBackend({ threads: Number(values.threads) }) })
  const loadSeconds = seconds(performance.now() - began)
  const size = { width: side, height: side }
  const flow = await pipe.prepare('a cat', {
    ...size,
    numSteps: STEPS,
    guidanceScale: 1,
    maxSequenceLength: tokens,
  })
  const { velocity, schedule, noise: x } = flow
  await sample({ velocity, schedule, x, onStep: () => false })
  const firstEvaluationSeconds = seconds(performance.now() - began)
  const spent = { few: 0, full: 0, model: 0 }
  let [runs, nfe] = [0, 0]
  const few = async () => {
    const [start, before] = [performance.now(), flow.modelMs()]
    const { stats } = await sample({ velocity, schedule, x, policy: uniformSkip(FEW) })
    spent.few += performance.now() - start
    spent.model += flow.modelMs() - before
    nfe = stats.nfe
    runs++
  }
  for (let round = 0; round < rounds; round++) {
    let start = performance.now()
    const onStep = async ({ nfe: made }) => {
      if (made % FEW !== 0) return
      spent.full += performance.now() - start
      await few()
      start = performance.now()
    }
    await sample({ velocity, schedule, x, onStep })
    spent.full += performance.now() - start
  }
  await pipe.dispose()
  const speedup = spent.full / rounds / (spent.few / runs)
  return {
    nfe,
    fullSeconds: seconds(spent.full / rounds),
    fewSeconds: seconds(spent.few / runs),
    speedup: Number(speedup.toFixed(2)),
    ofRatio: Number((speedup / (STEPS / nfe)).toFixed(3)),
    // Everything but the network: sampler, conversions, messages.
    samplerMsPerRun: Number(((spent.few - spent.model) / runs).toFixed(2)),
    samplerShare: Number(((spent.few - spent.model) / spent.model).toFixed(4)),
    loadSeconds,
    firstEvaluationSeconds,
    // Kilobytes of 1024 bytes.
    peakMegabytes: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
  }
}

function inProcess(folder, cache) {
  const given = ['width', 'tokens', 'threads', 'rounds'].flatMap((name) => [`--${name}`, values[name]])
  const args = [fileURLToPath(import.meta.url), '--child', folder, ...given]
  const env = { ...process.env, FASTFLOW_CACHE: cache }
  const child = spawnSync(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.status !== 0) throw new Error(`the process ended with ${child.status ?? child.signal}`)
  return JSON.parse(child.stdout.toString())
}

async function main() {
  for (const depth of values.depths.split(',').map(Number)) {
    const root = await mkdtemp(join(tmpdir(), 'fastflow-'))
    try {
      const folder = join(root, 'model')
      await cp(FIXTURE, folder, { recursive: true })
      const parameters = await writeTransformer(join(folder, 'transformer'), depth, PORTS)
      const result = inProcess(folder, join(root, 'cache'))
      if (!(result.ofRatio >= LEAST)) process.exitCode = 1
      process.stdout.write(
        `${JSON.stringify({ depth, millions: Math.round(parameters / 1e6), ...result })}\n`,
      )
    } finally {
      await rm(root, { recursive: true })
    }
  }
}

if (values.child === undefined) await main()
else process.stdout.write(JSON.stringify(await run(values.child)))
