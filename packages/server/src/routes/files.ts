import type { FastifyInstance, FastifyReply } from 'fastify'
import { HttpError } from '../answers/http-error.ts'
import { bytesOf, files, withErrors } from '../schemas/answers.ts'
import type { Service } from '../service/service.ts'

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  apng: 'image/apng',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
}

/** `GET /v1/files/{name}`: what `url` of a result leads to. The name is the key: nobody can guess it. */
export function fileRoutes(app: FastifyInstance, service: Service): void {
  app.get(
    '/v1/files/:name',
    {
      schema: {
        operationId: 'getFile',
        summary: 'The file of a result',
        params: {
          type: 'object',
          required: ['name'],
          properties: { name: { type: 'string', pattern: '^[0-9a-f]{48}\\.(png|apng|jpeg|webp)$' } },
        },
        security: [],
        response: withErrors({ 200: bytesOf('The file', files) }),
      },
    },
    async (request, reply) => sendFile(service, reply, (request.params as { readonly name: string }).name),
  )
}

export async function sendFile({ blobs }: Service, reply: FastifyReply, key: string): Promise<FastifyReply> {
  const bytes = await blobs.get(key)
  const type = TYPES[key.split('.')[1] ?? '']
  if (bytes === undefined || type === undefined)
    throw new HttpError({
      status: 404,
      code: 'not_found',
      message: 'there is no such file, or its time is over',
    })
  return reply
    .header('content-type', type)
    .header('cache-control', 'private, max-age=3600')
    .header('x-content-type-options', 'nosniff')
    .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
}
