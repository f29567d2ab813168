// Prints what planning from one recorded run costs, by the steps of the grid: the processor's seconds, how much memory the process
// grew by, and how soon a signal that a timer aborts halfway is answered. Each in a process of its own, which makes a small plan
// first. Run the build first: it measures dist/.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import process, { argv, cpuUsage, memoryUsage, resourceUsage } from 'node:process'
import { fileURLToPath } from 'node:url'
import { calibrate, fillNormal, float32Space, linearSchedule, recordTrajectory } from '@fastflow/core'

const STEPS = [50, 100, 200, 400, 1000]
const SIZE = 3_072

const velocity = (x, sigma) =>
  x.map((value, k) => value * Math.sin((3 + (k % 5)) * sigma) + Math.cos(k + 2 * sigma))

async function measure(steps) {
  const small = await record(20)
  await calibrate({ ...small, budgets: [6], evaluations: 0 })
  const run = await record(steps)
  const [before, memory] = [cpuUsage(), memoryUsage().rss]
  await calibrate({ ...run, evaluations: 0 })
  const { user, system } = cpuUsage(before)
  const seconds = (user + system) / 1e6
  const megabytes = Math.max(0, resourceUsage().maxRSS * 1024 - memory) / 1e6
  return { seconds, megabytes, latency: await latencyOf(run, 500 * seconds) }
}

async function latencyOf(run, after) {
  const abort = new AbortController()
  let aborted = 0
  setTimeout(() => {
    aborted = performance.now()
    abort.abort()
  }, after)
  await calibrate({ ...run, evaluations: 0, signal: abort.signal }).catch(() => undefined)
  return aborted > 0 ? performance.now() - aborted : 0
}

async function record(steps) {
  const schedule = linearSchedule(steps)
  const noise = fillNormal(new Float32Array(SIZE), 1)
  return {
    schedule,
    recorded: [await recordTrajectory({ velocity, schedule, space: float32Space, noise, seed: 1 })],
  }
}

if (process.send === undefined) {
  process.stdout.write('steps  CPU s  MB more  ms to cancel\n')
  for (const steps of STEPS) {
    const child = fork(fileURLToPath(import.meta.url), [String(steps)])
    const [{ seconds, megabytes, latency }] = await once(child, 'message')
    const figures = [
      seconds.toFixed(2).padStart(5),
      megabytes.toFixed(0).padStart(7),
      latency.toFixed(0).padStart(12),
    ]
    process.stdout.write(`${[String(steps).padStart(5), ...figures].join('  ')}\n`)
  }
} else {
  process.send(await measure(Number(argv[2])))
}
