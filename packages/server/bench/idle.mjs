// How late the event loop of a process that does nothing is, on this machine at this time: what a busy machine costs anyone. Prints
// one line of JSON once its input ends.
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 10

const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
lag.enable()
process.stdin.resume().once('end', () => {
  const over = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
  process.stdout.write(`${JSON.stringify({ p99: over(lag.percentile(99)), most: over(lag.max) })}\n`)
  process.exit()
})
