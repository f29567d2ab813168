import type { FastifyInstance } from 'fastify'
import type { Service } from '../service/service.ts'
import type { Trace } from '../tracing/tracing.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Its span; undefined only before it began. */
    trace: Trace | undefined
  }
}

/** A span a request, below the one that its headers name. */
export function traceRequests(app: FastifyInstance, { tracing }: Service): void {
  app.decorateRequest('trace', undefined)
  app.addHook('onRequest', async (request) => {
    const { method, routeOptions, headers, id } = request
    const about = {
      'http.request.method': method,
      'http.route': routeOptions.url ?? 'none',
      'fastflow.request': id,
    }
    request.trace = tracing.begin('fastflow.request', about, headers)
  })
  // Where the client is gone no answer ends.
  app.addHook('onRequestAbort', async ({ trace }) => trace?.end({ 'fastflow.aborted': true }))
  app.addHook('onResponse', async ({ trace }, { statusCode }) => {
    trace?.end({ 'http.response.status_code': statusCode })
  })
}
