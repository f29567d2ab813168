import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FastifyInstance } from 'fastify'
import { bytesOf } from '../schemas/answers.ts'
import type { Service } from '../service/service.ts'

const RESOLUTION_MS = 10

/** `/livez`, `/readyz` and `/metrics`, which ask for no key. */
export function healthRoutes(app: FastifyInstance, service: Service): void {
  const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  lag.enable()
  app.addHook('onClose', async () => {
    lag.disable()
  })
  app.get(
    '/livez',
    {
      schema: {
        operationId: 'isAlive',
        summary: 'Whether the process answers',
        security: [],
        response: { 200: { $ref: 'Health#' } },
      },
    },
    async () => ({ status: 'ok' }),
  )
  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'isReady',
        summary: 'Whether all models are loaded and the queue can be reached',
        security: [],
        response: { 200: { $ref: 'Health#' }, 503: { $ref: 'Health#' } },
      },
    },
    async (_, reply) => {
      const problems = await problemsOf(service)
      const ready = problems.length === 0
      return reply
        .code(ready ? 200 : 503)
        .send({ status: ready ? 'ok' : 'not ready', models: [...service.models.keys()], problems })
    },
  )
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        summary: "What was counted, in Prometheus' text format",
        security: [],
        response: { 200: bytesOf('One line a number', ['text/plain']) },
      },
    },
    async (_, reply) => {
      const { waiting, running, limit, oldestSeconds } = await service.queue.stats()
      // The monitor's own period is part of what it records.
      const lagMs = Math.max(0, lag.percentile(99) / 1e6 - RESOLUTION_MS)
      lag.reset()
      const text = service.metrics.render({
        queue_waiting: waiting,
        queue_running: running,
        queue_limit: limit,
        queue_oldest_seconds: oldestSeconds,
        models_loaded: service.models.size,
        resident_memory_bytes: process.memoryUsage.rss(),
        event_loop_lag_seconds: lagMs / 1000,
      })
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text)
    },
  )
}

async function problemsOf({ names, models, problems, queue, stopping }: Service): Promise<readonly string[]> {
  const failed = new Set(problems.map((problem) => problem.split(': ')[0]))
  const loading = names.filter((name) => !models.has(name) && !failed.has(name))
  const unreachable = await queue.check().then(
    () => [],
    () => ['the queue cannot be reached'],
  )
  return [
    ...(stopping.aborted ? ['stopping'] : []),
    ...[...failed].map((name) => `${name} could not be loaded`),
    ...loading.map((name) => `${name} is being loaded`),
    ...unreachable,
  ]
}
