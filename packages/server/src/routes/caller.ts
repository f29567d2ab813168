import type { FastifyReply, FastifyRequest } from 'fastify'
import { HttpError } from '../answers/http-error.ts'
import type { Service } from '../service/service.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose key it came with. */
    owner: string
  }
}

/** @throws HttpError 401. */
export function recognize({ recognize }: Service, request: FastifyRequest): void {
  const owner = recognize(request.headers.authorization)
  if (owner === undefined)
    throw new HttpError({
      status: 401,
      code: 'invalid_api_key',
      message: 'the API key is missing or wrong; send it as "Authorization: Bearer KEY"',
    })
  request.owner = owner
}

/** The address of this server for whoever asks. */
export function baseOf({ publicUrl }: Service, { protocol, host }: FastifyRequest): string {
  return publicUrl ?? `${protocol}://${host}`
}

/** `Idempotency-Key`. @throws HttpError 400 for one that is too long. */
export function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined || key === '') return undefined
  if (typeof key === 'string' && key.length <= 255) return key
  throw new HttpError({
    status: 400,
    code: 'invalid-argument',
    param: 'Idempotency-Key',
    message: 'Idempotency-Key: has over 255 characters; send fewer',
  })
}

/** Aborted when the client goes before its answer is complete. */
export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort()
  })
  return gone.signal
}
