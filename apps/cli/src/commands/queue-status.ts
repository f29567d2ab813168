import { openQueue } from '../fleet.ts'
import type { Io } from '../io.ts'

/** What waits in a queue, what is at work, and how many workers there are. */
export async function queueStatusCommand(
  io: Io,
  { queue: address, json }: { readonly queue: string; readonly json?: boolean },
): Promise<void> {
  await using opened = await openQueue(address)
  const { queue } = opened
  const [{ waiting, running, oldestSeconds }, workers] = await Promise.all([queue.stats(), queue.workers()])
  if (json) return io.out(JSON.stringify({ waiting, running, oldestSeconds, workers }, null, 2))
  const age = waiting > 0 ? `, the oldest for ${oldestSeconds.toFixed(0)} s` : ''
  io.out(`${waiting} jobs wait${age}; ${running} at work; ${workers} workers`)
}
