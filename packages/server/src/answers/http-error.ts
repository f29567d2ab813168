import { FastFlowError, type JobError } from '@fastflow/core'
import { wireField, wireMessage } from '../request/wire-names.ts'

interface HttpErrorOptions {
  readonly status: number
  readonly code: string
  readonly message: string
  /** The field of the request that is at fault. */
  readonly param?: string | null
  /** Seconds after which it may be tried again. */
  readonly retryAfter?: number
  readonly allow?: readonly string[]
}

/** An error with its answer. */
export class HttpError extends Error {
  readonly status: number
  readonly code: string
  readonly param: string | null
  readonly retryAfter: number | undefined
  readonly allow: readonly string[] | undefined

  constructor({ status, code, message, param = null, retryAfter, allow }: HttpErrorOptions) {
    super(message)
    this.status = status
    this.code = code
    this.param = param
    this.retryAfter = retryAfter
    this.allow = allow
  }

  /** As the official clients read it. */
  body(): { readonly error: Readonly<Record<'message' | 'type' | 'param' | 'code', string | null>> } {
    const { message, param, code } = this
    return { error: { message, type: typeOf(this.status), param, code } }
  }
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 429) return 'rate_limit_error'
  return status < 500 ? 'invalid_request_error' : 'server_error'
}

/** Errors of requests whose fault is in them. */
const STATUSES: Readonly<Record<string, number>> = {
  'invalid-argument': 400,
  'model-not-found': 404,
  'policy-mismatch': 400,
}

/** The answer for an error of the packages or of a job. */
export function httpErrorOf({ code, field, message }: JobError): HttpError {
  if (code === 'cancelled') return new HttpError({ status: 409, code, message })
  if (code === 'timeout') return new HttpError({ status: 503, code, message, retryAfter: 1 })
  // A queue that cannot be reached, or a disk that is full, may be mended meanwhile.
  if (code === 'output-unwritable') return new HttpError({ status: 503, code, message, retryAfter: 5 })
  const status = STATUSES[code] ?? 500
  return new HttpError({ status, code, message, param: status < 500 ? field : null })
}

/** What Fastify and its plugins throw. */
interface FrameworkError {
  readonly statusCode?: number
  readonly code?: string
  readonly message: string
  readonly validation?: readonly {
    readonly instancePath: string
    readonly message?: string
    readonly params: Readonly<Record<string, unknown>>
  }[]
}

/** The answer for whatever a handler threw; undefined where it is ours to mend. */
export function answerOf(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error
  if (FastFlowError.isInstance(error)) {
    const { code, field, message } = error
    return httpErrorOf({ code, field: wireField(field), message: wireMessage(field, message) })
  }
  const { statusCode, code = 'invalid_request', message, validation } = error as FrameworkError
  if (validation?.[0]) return invalidField(validation[0])
  if (statusCode === undefined || statusCode >= 500) return undefined
  // A form that ends too soon or cannot be read.
  return new HttpError({ status: statusCode === 406 ? 400 : statusCode, code, message })
}

function invalidField({
  instancePath,
  message = 'is not valid',
  params,
}: NonNullable<FrameworkError['validation']>[number]): HttpError {
  const path = instancePath.split('/').filter((part) => part !== '')
  const inside = params.additionalProperty ?? params.missingProperty
  const param = [...path, ...(inside === undefined ? [] : [String(inside)])].join('.')
  const allowed = Array.isArray(params.allowedValues)
    ? `: ${params.allowedValues.filter((value) => value !== null).join(', ')}`
    : ''
  const problem =
    params.additionalProperty !== undefined
      ? 'is not a field here; leave it out'
      : params.missingProperty !== undefined
        ? 'is missing'
        : `${message}${allowed}`
  return new HttpError({
    status: 400,
    code: 'invalid-argument',
    message: `${param || 'body'}: ${problem}`,
    param: param || null,
  })
}
