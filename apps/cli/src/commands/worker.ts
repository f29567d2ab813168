import { createServer } from '@fastflow/server'
import { openFleet } from '../fleet.ts'
import type { Io } from '../io.ts'
import { openServed, type ServedOptions, untilEnd } from '../served.ts'

export interface WorkerOptions extends ServedOptions {
  readonly queue: string
}

/** Works on a queue until the process is told to end; what runs then finishes, or returns to the queue. */
export async function workerCommand(io: Io, options: WorkerOptions): Promise<void> {
  const { data, concurrency } = options
  // A worker submits nothing: the limit is up to servers.
  await using fleet = await openFleet(io, options.queue, { data, limit: 64 })
  const { queue, store } = fleet
  await using served = await openServed(io, options, store)
  const { models, blobs, proxy, log } = served
  const measure = proxy && { lpips: proxy.proxy }
  const worker = await createServer({
    models,
    queue,
    blobs,
    log,
    store,
    once: store.once,
    work: concurrency,
    ...(measure && { measure }),
  })
  try {
    await worker.ready()
    io.log(`works on ${Object.keys(models).join(', ')}; Ctrl-C ends it`)
    await untilEnd(io)
  } finally {
    await worker.close()
  }
}
