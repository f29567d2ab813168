import type { FastifyInstance, FastifyRequest } from 'fastify'
import { expectedOf } from '../answers/expected.ts'
import { HttpError } from '../answers/http-error.ts'
import { resultOf } from '../answers/result-of.ts'
import { videoAnswer } from '../answers/video.ts'
import type { ImageRecord } from '../ports/job.ts'
import { type RequestBody, withoutNulls } from '../request/body.ts'
import { bytesOf, files, withErrors } from '../schemas/answers.ts'
import { idParams } from '../schemas/jobs.ts'
import { videoBody } from '../schemas/request-fields.ts'
import { accept } from '../service/accept.ts'
import { recordOf } from '../service/find.ts'
import { type PageQuery, pageOf, pageQuery } from '../service/page.ts'
import type { Service } from '../service/service.ts'
import { keyOf } from './caller.ts'
import { sendFile } from './files.ts'
import { readForm } from './form.ts'

const variants = {
  type: 'object',
  additionalProperties: false,
  properties: { variant: { type: 'string', enum: ['video', 'thumbnail'], default: 'video' } },
}

/** `POST` and `GET /v1/videos`; `GET`, `DELETE` and `/content` of one. */
export function videoRoutes(app: FastifyInstance, service: Service): void {
  const answer = (record: ImageRecord): Record<string, unknown> =>
    videoAnswer(
      record,
      expectedOf(record.job.request, service.models.get(record.job.model)),
      service.keepSeconds,
    )
  const find = async (request: FastifyRequest): Promise<ImageRecord> => {
    const { id } = request.params as { readonly id: string }
    const record = await recordOf(service, request.owner, id)
    if (record.job.kind === 'video') return record
    throw new HttpError({ status: 404, code: 'not_found', param: 'id', message: 'id: is no video' })
  }

  app.post(
    '/v1/videos',
    {
      schema: {
        operationId: 'createVideo',
        summary: 'A clip of a prompt; answered at once',
        body: {
          content: {
            'application/json': { schema: videoBody },
            'multipart/form-data': { schema: videoBody },
          },
        },
        response: withErrors({ 200: { $ref: 'Video#' } }),
      },
      preValidation: readForm,
    },
    async (request) => {
      const body = withoutNulls(request.body) as RequestBody
      const job = await accept(service, {
        owner: request.owner,
        kind: 'video',
        body,
        pictures: {},
        key: keyOf(request),
        trace: request.trace,
        responseFormat: 'url',
      })
      return answer(await recordOf(service, job.owner, job.id))
    },
  )
  app.get(
    '/v1/videos',
    {
      schema: {
        operationId: 'listVideos',
        summary: 'The clips of a key that are known, the newest first',
        querystring: pageQuery,
        response: withErrors({ 200: { $ref: 'Videos#' } }),
      },
    },
    async (request) => {
      const { records, hasMore } = await pageOf(service, request.owner, request.query as PageQuery)
      const data = records.map(answer)
      const [first_id, last_id] = [records[0]?.job.id ?? null, records.at(-1)?.job.id ?? null]
      return { object: 'list', data, first_id, last_id, has_more: hasMore }
    },
  )
  app.get(
    '/v1/videos/:id',
    {
      schema: {
        operationId: 'getVideo',
        summary: 'What is known of a clip',
        params: idParams,
        response: withErrors({ 200: { $ref: 'Video#' } }),
      },
    },
    async (request) => answer(await find(request)),
  )
  app.delete(
    '/v1/videos/:id',
    {
      schema: {
        operationId: 'deleteVideo',
        summary: 'Cancels a clip that is not there yet, and forgets it',
        params: idParams,
        response: withErrors({ 200: { $ref: 'DeletedVideo#' } }),
      },
    },
    async (request) => {
      const { job } = await find(request)
      await service.queue.cancel(job.id)
      const record = await service.queue.read(job.id)
      for (const { blob, thumbnail } of record?.result?.images ?? [])
        for (const key of [blob, thumbnail]) if (key !== undefined) await service.blobs.remove(key)
      await service.queue.remove(job.id)
      return { id: job.id, object: 'video.deleted', deleted: true }
    },
  )
  app.get(
    '/v1/videos/:id/content',
    {
      schema: {
        operationId: 'getVideoContent',
        summary: 'The file of a clip, or its first frame',
        params: idParams,
        querystring: variants,
        response: withErrors({ 200: bytesOf('The file', files) }),
      },
    },
    async (request, reply) => {
      const record = await find(request)
      if (record.finishedAt === undefined)
        throw new HttpError({
          status: 409,
          code: 'not_ready',
          message: 'the clip is not there yet; ask again later',
        })
      const { variant } = request.query as { readonly variant: string }
      const { blob, thumbnail } = resultOf(record).images[0]!
      return sendFile(service, reply, variant === 'thumbnail' ? (thumbnail ?? blob) : blob)
    },
  )
}
