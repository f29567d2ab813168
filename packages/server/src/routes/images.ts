import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import { imagesAnswer } from '../answers/images.ts'
import { ENDPOINTS } from '../answers/job.ts'
import { resultOf } from '../answers/result-of.ts'
import type { JobKind } from '../ports/job.ts'
import { type RequestBody, withoutNulls } from '../request/body.ts'
import { events, withErrors } from '../schemas/answers.ts'
import { editBody, editForm, generationBody } from '../schemas/request-fields.ts'
import { accept } from '../service/accept.ts'
import { picturesOf } from '../service/pictures.ts'
import type { Service } from '../service/service.ts'
import { waitFor } from '../service/wait.ts'
import { baseOf, goneSignal, keyOf } from './caller.ts'
import { readForm } from './form.ts'
import { streamImages } from './stream-images.ts'

const success = {
  200: {
    description: 'The images, or events with stream',
    content: { 'application/json': { schema: { $ref: 'Images#' } }, ...events },
  },
}

/** `POST /v1/images/generations` and `/v1/images/edits`. */
export function imageRoutes(app: FastifyInstance, service: Service): void {
  app.post(
    ENDPOINTS.generation,
    {
      schema: {
        operationId: 'generateImages',
        summary: 'Images of a prompt or a class',
        body: { content: { 'application/json': { schema: generationBody } } },
        response: withErrors(success),
      },
    },
    handler(service, 'generation'),
  )
  app.post(
    ENDPOINTS.edit,
    {
      schema: {
        operationId: 'editImage',
        summary: 'A picture changed as a prompt says',
        body: {
          content: {
            'application/json': { schema: editBody },
            'multipart/form-data': { schema: editForm },
          },
        },
        response: withErrors(success),
      },
      preValidation: readForm,
    },
    handler(service, 'edit'),
  )
}

function handler(service: Service, kind: JobKind): RouteHandlerMethod {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const body = withoutNulls(request.body) as RequestBody & Record<string, unknown>
    const gone = goneSignal(reply)
    const job = await accept(service, {
      owner: request.owner,
      kind,
      body,
      pictures: request.pictures ?? picturesOf(body),
      key: keyOf(request),
      trace: request.trace,
      responseFormat: body.response_format ?? 'b64_json',
    })
    if (body.stream) return streamImages(service, job, reply, gone)
    const record = await waitFor(service, job, { gone, cancels: true })
    return imagesAnswer(job, resultOf(record), service.blobs, baseOf(service, request))
  }
}
