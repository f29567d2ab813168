import { setMaxListeners } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Pipeline } from '@fastflow/pipelines'
import { checkAddress } from './admission/address.ts'
import { recognizer } from './admission/keys.ts'
import { limitsOf } from './admission/limits.ts'
import { createPerKey } from './admission/per-key.ts'
import { memoryBlobs } from './blobs/memory-blobs.ts'
import { createMetrics } from './metrics/metrics.ts'
import { memoryQueue } from './queue/memory-queue.ts'
import { createApp } from './routes/app.ts'
import { checkServerOptions, type ServerOptions } from './server-options.ts'
import type { Service } from './service/service.ts'
import { openTracing } from './tracing/tracing.ts'
import { startWork } from './work/worker.ts'

export interface ListenOptions {
  /** Default `127.0.0.1`. Others only with keys. */
  readonly host?: string
  /** 0 takes any that is free. Default 8000. */
  readonly port?: number
}

export interface FastFlowServer {
  /**
   * @returns the address, e.g. `http://127.0.0.1:8000`.
   * @throws FastFlowError `invalid-argument` for a public address without keys, or one that cannot be listened on.
   */
  listen(options?: ListenOptions): Promise<string>
  /** Once all models are loaded. @throws what the first one that could not be loaded threw. */
  ready(): Promise<void>
  /** The OpenAPI document. */
  openApi(): Readonly<Record<string, unknown>>
  /**
   * Takes no more work; jobs under way may go on for `seconds`, default 30, and return to the queue then. Queue, blobs and
   * pipelines stay open: who opened them closes them.
   */
  close(seconds?: number): Promise<void>
}

/**
 * An images API over loaded pipelines.
 *
 * @throws FastFlowError `invalid-argument` naming the option.
 */
export async function createServer(options: ServerOptions): Promise<FastFlowServer> {
  checkServerOptions(options)
  const { models: toCome, keys, work = 1, keepSeconds = 3600, log = false } = options
  const queue = options.queue ?? (await memoryQueue({ keepSeconds }))
  const blobs = options.blobs ?? memoryBlobs()
  const models = new Map<string, Pipeline>()
  const problems: string[] = []
  const policies = new Map<string, unknown>()
  const limits = limitsOf(options.limits)
  const metrics = createMetrics()
  const tracing = await openTracing()
  const stopping = new AbortController()
  // Every request that waits hears it.
  setMaxListeners(0, stopping.signal)
  const service: Service = {
    queue,
    blobs,
    names: Object.keys(toCome),
    models,
    problems,
    policies,
    store: options.store,
    recognize: recognizer(keys),
    limits,
    perKey: createPerKey(limits.perKey),
    metrics,
    tracing,
    moderate: options.moderate,
    accelerate: options.accelerate ?? 'auto',
    keepSeconds,
    publicUrl: options.publicUrl?.replace(/\/+$/, ''),
    waiting: new Map(),
    stopping: stopping.signal,
    startedAt: Date.now(),
  }
  const app = await createApp(service, log)
  const loading = Object.entries(toCome).map(async ([name, pipe]) => {
    try {
      models.set(name, await pipe)
    } catch (error) {
      problems.push(`${name}: ${(error as Error).message}`)
      app.log.error({ model: name, err: error }, 'a model could not be loaded')
      throw error
    }
  })
  const settled = Promise.allSettled(loading)
  const worker = settled.then(() =>
    startWork({
      queue,
      blobs,
      models,
      policies,
      alarms: new Set(),
      measure: options.measure ?? {},
      metrics,
      tracing,
      concurrency: stopping.signal.aborted ? 0 : work,
      keepSeconds,
      once: options.once ?? ((_, work) => work()),
      onEnd: ({ id, model, owner }, outcome, error) =>
        app.log.info(
          { job: id, model, owner, outcome, ...(error !== undefined && { err: error }) },
          'job ended',
        ),
    }),
  )
  return {
    async listen({ host = '127.0.0.1', port = 8000 } = {}) {
      checkAddress(host, keys !== undefined)
      app.server.maxConnections = limits.connections
      await app.listen({ host, port })
      const address = app.server.address() as AddressInfo
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
      return `http://${name}:${address.port}`
    },
    async ready() {
      await Promise.all(loading)
    },
    openApi: () => app.swagger() as unknown as Readonly<Record<string, unknown>>,
    async close(seconds = 30) {
      stopping.abort()
      await (await worker).stop(seconds)
      const closed = app.close()
      app.server.closeIdleConnections()
      // What was answered is on its way; clients that read no more are not waited for.
      const timer = setTimeout(() => app.server.closeAllConnections(), 1000)
      await closed
      clearTimeout(timer)
    },
  }
}
