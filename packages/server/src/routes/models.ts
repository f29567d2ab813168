import type { PolicyStore } from '@fastflow/core'
import type { FastifyInstance } from 'fastify'
import { HttpError } from '../answers/http-error.ts'
import { seconds } from '../answers/job.ts'
import { usualSize } from '../request/size.ts'
import { withErrors } from '../schemas/answers.ts'
import type { Service } from '../service/service.ts'

/** `GET /v1/models`, one of them, and `GET /v1/policies/{digest}`. */
export function modelRoutes(app: FastifyInstance, service: Service): void {
  const describe = (name: string): Record<string, unknown> | undefined => {
    const pipe = service.models.get(name)
    if (pipe === undefined) return undefined
    const { width, height } = usualSize(pipe)
    return {
      id: name,
      object: 'model',
      created: seconds(service.startedAt),
      owned_by: 'fastflow',
      task: pipe.task,
      digest: pipe.digest,
      size: `${width}x${height}`,
      steps: pipe.defaults.numSteps,
    }
  }
  app.get(
    '/v1/models',
    {
      schema: {
        operationId: 'listModels',
        summary: 'The models that are loaded',
        response: withErrors({ 200: { $ref: 'Models#' } }),
      },
    },
    async () => ({ object: 'list', data: service.names.flatMap((name) => describe(name) ?? []) }),
  )
  app.get(
    '/v1/models/:model',
    {
      schema: {
        operationId: 'getModel',
        summary: 'One model',
        params: {
          type: 'object',
          required: ['model'],
          properties: { model: { type: 'string', minLength: 1 } },
        },
        response: withErrors({ 200: { $ref: 'Model#' } }),
      },
    },
    async (request) => {
      const { model } = request.params as { readonly model: string }
      const found = describe(model)
      if (found) return found
      const available = service.names.join(', ')
      const message = `model: there is no such model here; available: ${available}`
      throw new HttpError({ status: 404, code: 'model_not_found', param: 'model', message })
    },
  )
  app.get(
    '/v1/policies/:digest',
    {
      schema: {
        operationId: 'getPolicy',
        summary: 'A plan or a learned policy, as `policy` of results names it',
        params: {
          type: 'object',
          required: ['digest'],
          properties: { digest: { type: 'string', pattern: '^[0-9a-f]{64}$' } },
        },
        response: withErrors({ 200: { type: 'object', additionalProperties: true } }),
      },
    },
    async (request) => {
      const { digest } = request.params as { readonly digest: string }
      const document = service.policies.get(digest) ?? (await stored(service.store, digest))
      if (document !== undefined) return document
      throw new HttpError({
        status: 404,
        code: 'not_found',
        param: 'digest',
        message: 'digest: there is no such plan or policy here',
      })
    },
  )
}

async function stored(store: PolicyStore | undefined, digest: string): Promise<unknown> {
  return (await store?.load(digest)) ?? (await store?.journal?.read(digest))?.document
}
