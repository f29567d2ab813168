import { randomUUID } from 'node:crypto'
import { invalidArgument } from '@fastflow/core'
import multipart from '@fastify/multipart'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance, type FastifyLoggerOptions, type FastifyRequest } from 'fastify'
import { answerOf, HttpError } from '../answers/http-error.ts'
import { answers } from '../schemas/answers.ts'
import type { Service } from '../service/service.ts'
import { recognize } from './caller.ts'
import { fileRoutes } from './files.ts'
import { healthRoutes } from './health.ts'
import { imageRoutes } from './images.ts'
import { jobRoutes } from './jobs.ts'
import { modelRoutes } from './models.ts'
import { openApi } from './open-api.ts'
import { pathsOf } from './paths.ts'
import { traceRequests } from './trace-requests.ts'
import { createTurns } from './turns.ts'
import { videoRoutes } from './videos.ts'

/** Milliseconds a client may take to send a request, and an idle connection stays open. */
const REQUEST_MS = 60_000
const IDLE_MS = 15_000

/** Files and fields of a form. */
const MOST_PARTS = 64

export type Log = boolean | { readonly level?: string; readonly stream?: { write(line: string): void } }

/** The server's routes; it does not listen yet. */
export async function createApp(service: Service, log: Log): Promise<FastifyInstance> {
  const app = Fastify({
    logger: log === true ? {} : (log as false | FastifyLoggerOptions),
    bodyLimit: service.limits.body,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    genReqId: ({ headers }) => idFrom(headers['x-request-id']) ?? randomUUID(),
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        allowUnionTypes: true,
        discriminator: true,
        useDefaults: true,
      },
    },
  })
  const findMethods = pathsOf(app)
  app.removeContentTypeParser('text/plain')
  await app.register(swagger, openApi)
  await app.register(multipart, {
    limits: {
      fileSize: service.limits.body,
      files: 17,
      fields: MOST_PARTS,
      parts: MOST_PARTS,
      fieldSize: 256 * 1024,
    },
  })
  for (const schema of answers) app.addSchema(schema)
  app.decorateRequest('owner', '')
  app.decorateRequest('pictures', undefined)
  const turn = createTurns()
  app.addHook('onRequest', () => turn())
  traceRequests(app, service)
  answerErrors(app, findMethods)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  app.addHook('onResponse', async ({ routeOptions, method }, { statusCode }) => {
    service.metrics.add('requests', { route: routeOptions.url ?? 'none', method, code: String(statusCode) })
  })
  app.setNotFoundHandler((request) => {
    throw notFound(request, findMethods(request.url))
  })
  healthRoutes(app, service)
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  fileRoutes(app, service)
  await app.register(async (guarded) => {
    guarded.addHook('onRequest', async (request) => recognize(service, request))
    // Forms are read by then, where a route takes them.
    guarded.addHook('preHandler', async ({ method, body }) => {
      if (method === 'POST' && body === undefined) throw invalidArgument('body', 'is missing; send one')
    })
    modelRoutes(guarded, service)
    imageRoutes(guarded, service)
    videoRoutes(guarded, service)
    jobRoutes(guarded, service)
  })
  await app.ready()
  return app
}

function answerErrors(app: FastifyInstance, findMethods: (url: string) => readonly string[]): void {
  app.setErrorHandler((error, request, reply) => {
    const known = isUnrouted(error) ? notFound(request, findMethods(request.url)) : answerOf(error)
    if (known === undefined) request.log.error(error)
    const told = known ?? unexpected
    const { status, retryAfter, allow } = told
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter))
    if (allow !== undefined) reply.header('allow', allow.join(', '))
    if (status === 401) reply.header('www-authenticate', 'Bearer')
    return reply.code(status).send(told.body())
  })
}

/** A method with a body that no route has, such as QUERY, is refused for its missing content type first. */
function isUnrouted(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE'
}

const unexpected = new HttpError({
  status: 500,
  code: 'internal-error',
  message: 'it failed on our side; the log says why under the id of the request',
})

function notFound({ method, url }: FastifyRequest, methods: readonly string[]): HttpError {
  if (methods.length === 0)
    return new HttpError({
      status: 404,
      code: 'not_found',
      message: 'there is nothing here; /openapi.json says what is',
    })
  return new HttpError({
    status: 405,
    code: 'method_not_allowed',
    message: `${method} goes not with ${url.split('?')[0]}; ${methods.join(', ')} do`,
    allow: methods,
  })
}

/** An id that a proxy gave, where it can be written to logs and headers. */
function idFrom(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.-]{1,128}$/.test(header) ? header : undefined
}
