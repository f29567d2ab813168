import { fileJournal, filePolicyStore } from '@fastflow/backend-node'
import { createServer, memoryQueue } from '@fastflow/server'
import { openFleet } from '../fleet.ts'
import type { Io } from '../io.ts'
import { openServed, readKeys, type ServedOptions, untilEnd } from '../served.ts'
import { storeOf } from '../session.ts'

export interface ServeOptions extends ServedOptions {
  readonly host: string
  readonly port: number
  readonly keys?: string
  /** Address of Redis or Valkey; in this process without it. */
  readonly queue?: string
  readonly queueLimit: number
  readonly publicUrl?: string
}

/** Serves models until the process is told to end; what runs then finishes, what waits is kept. */
export async function serveCommand(io: Io, options: ServeOptions): Promise<void> {
  const { host, port, queueLimit: limit, concurrency, publicUrl } = options
  const keys = await readKeys(io, options.keys)
  const { store } = storeOf(io, options.cache)
  await using fleet =
    options.queue === undefined
      ? undefined
      : await openFleet(io, options.queue, { data: options.data, limit })
  const served = await openServed(io, options, fleet?.store)
  const { models, blobs, proxy, log } = served
  try {
    const jobs = served.folder('jobs')
    const own = fleet
      ? undefined
      : await memoryQueue({
          limit,
          onNote: (note) => io.log(note),
          ...(jobs && { journal: fileJournal(jobs) }),
        })
    const server = await createServer({
      models,
      ...(own && { queue: own }),
      ...(fleet && { queue: fleet.queue, once: fleet.store.once }),
      blobs,
      log,
      work: concurrency,
      ...(fleet ? { store: fleet.store } : store !== undefined && { store: filePolicyStore(store) }),
      ...(keys && { keys }),
      ...(proxy && { measure: { lpips: proxy.proxy } }),
      ...(publicUrl !== undefined && { publicUrl }),
    })
    try {
      const address = await server.listen({ host, port })
      await server.ready()
      io.log(`${Object.keys(models).join(', ')} at ${address}/v1; Ctrl-C ends it`)
      await untilEnd(io)
    } finally {
      await server.close()
      await own?.close()
    }
  } finally {
    await served[Symbol.asyncDispose]()
  }
}
