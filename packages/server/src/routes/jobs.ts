import type { FastifyInstance, FastifyRequest } from 'fastify'
import { expectedOf } from '../answers/expected.ts'
import { HttpError } from '../answers/http-error.ts'
import { imagesAnswer } from '../answers/images.ts'
import { ENDPOINTS, jobAnswer } from '../answers/job.ts'
import { videoAnswer } from '../answers/video.ts'
import type { ImageRecord, JobKind } from '../ports/job.ts'
import { type RequestBody, withoutNulls } from '../request/body.ts'
import { events as eventStream, withErrors } from '../schemas/answers.ts'
import { idParams, jobBodies } from '../schemas/jobs.ts'
import { accept } from '../service/accept.ts'
import { recordOf } from '../service/find.ts'
import { picturesOf } from '../service/pictures.ts'
import type { Service } from '../service/service.ts'
import { baseOf, goneSignal, keyOf } from './caller.ts'
import { eventsTo } from './events.ts'
import { watchJob } from './watch-job.ts'

interface JobBody {
  readonly endpoint: string
  readonly body: RequestBody & Record<string, unknown>
}

/** `POST /v1/jobs`; `GET`, `DELETE` and `/events` of one. */
export function jobRoutes(app: FastifyInstance, service: Service): void {
  const answer = async (request: FastifyRequest, record: ImageRecord): Promise<Record<string, unknown>> =>
    answerFor(service, record, baseOf(service, request))

  app.post(
    '/v1/jobs',
    {
      schema: {
        operationId: 'submitJob',
        summary: 'Any request, answered at once with the address of what comes of it',
        body: { content: { 'application/json': { schema: jobBodies } } },
        response: withErrors({ 202: { $ref: 'Job#' } }),
      },
    },
    async (request, reply) => {
      const { endpoint, body: given } = request.body as JobBody
      const body = withoutNulls(given) as JobBody['body']
      const kind = (Object.keys(ENDPOINTS) as JobKind[]).find((one) => ENDPOINTS[one] === endpoint)!
      if (body.stream)
        throw new HttpError({
          status: 400,
          code: 'invalid-argument',
          param: 'body.stream',
          message: 'body.stream: jobs have events of their own; leave it out',
        })
      const job = await accept(service, {
        owner: request.owner,
        kind,
        body,
        pictures: picturesOf(body),
        key: keyOf(request),
        trace: request.trace,
        responseFormat: body.response_format ?? 'url',
      })
      return reply.code(202).send(await answer(request, await recordOf(service, job.owner, job.id)))
    },
  )
  app.get(
    '/v1/jobs/:id',
    {
      schema: {
        operationId: 'getJob',
        summary: 'What is known of a job',
        params: idParams,
        response: withErrors({ 200: { $ref: 'Job#' } }),
      },
    },
    async (request) => answer(request, await recordOf(service, request.owner, idOf(request))),
  )
  app.delete(
    '/v1/jobs/:id',
    {
      schema: {
        operationId: 'cancelJob',
        summary: 'Cancels a job, wherever it is; one that has ended is forgotten',
        params: idParams,
        response: withErrors({ 200: { $ref: 'Job#' } }),
      },
    },
    async (request) => {
      const record = await recordOf(service, request.owner, idOf(request))
      const { id } = record.job
      if (await service.queue.cancel(id)) return answer(request, { ...record, state: 'cancelled' })
      const ended = await recordOf(service, request.owner, id)
      const told = await answer(request, ended)
      for (const { blob } of ended.result?.images ?? []) await service.blobs.remove(blob)
      await service.queue.remove(id)
      return told
    },
  )
  app.get(
    '/v1/jobs/:id/events',
    {
      schema: {
        operationId: 'watchJob',
        summary: 'What happens to a job, as events',
        params: idParams,
        response: withErrors({
          200: { description: 'Events until the job has ended', content: eventStream },
        }),
      },
    },
    async (request, reply) => {
      const record = await recordOf(service, request.owner, idOf(request))
      const gone = goneSignal(reply)
      await watchJob(service, record, eventsTo(reply), gone, (known) => answer(request, known))
      return reply
    },
  )
}

function idOf({ params }: FastifyRequest): string {
  return (params as { readonly id: string }).id
}

async function answerFor(
  service: Service,
  record: ImageRecord,
  base: string,
): Promise<Record<string, unknown>> {
  const { job, result } = record
  if (result === undefined) return jobAnswer(record, base, null)
  if (job.kind !== 'video')
    return jobAnswer(record, base, await imagesAnswer(job, result, service.blobs, base))
  const pipe = service.models.get(job.model)
  return jobAnswer(record, base, videoAnswer(record, expectedOf(job.request, pipe), service.keepSeconds))
}
