import { fileJournal, filePolicyStore } from '@fastflow/backend-node'
import { createServer, memoryQueue } from '@fastflow/server'
import type { Io } from '../io.ts'
import { openServed, readKeys, type ServedOptions, untilEnd } from '../served.ts'
import { storeOf } from '../session.ts'

export interface ServeOptions extends ServedOptions {
  readonly host: string
  readonly port: number
  readonly keys?: string
  readonly queueLimit: number
  readonly publicUrl?: string
}

/** Serves models until the process is told to end; what runs then finishes, what waits is kept. */
export async function serveCommand(io: Io, options: ServeOptions): Promise<void> {
  const { host, port, queueLimit: limit, concurrency, publicUrl } = options
  const keys = await readKeys(io, options.keys)
  const { store } = storeOf(io, options.cache)
  const served = await openServed(io, options)
  const { models, blobs, proxy, log } = served
  try {
    const jobs = served.folder('jobs')
    const queue = await memoryQueue({
      limit,
      onNote: (note) => io.log(note),
      ...(jobs && { journal: fileJournal(jobs) }),
    })
    const server = await createServer({
      models,
      queue,
      blobs,
      log,
      work: concurrency,
      ...(store !== undefined && { store: filePolicyStore(store) }),
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
      await queue.close()
    }
  } finally {
    await served[Symbol.asyncDispose]()
  }
}
