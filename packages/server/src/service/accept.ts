import { randomUUID } from 'node:crypto'
import { FastFlowError, invalidArgument } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'
import { HttpError } from '../answers/http-error.ts'
import type { Job, JobKind, JobReply } from '../ports/job.ts'
import type { RequestBody } from '../request/body.ts'
import { readRequest } from '../request/read-request.ts'
import type { Trace } from '../tracing/tracing.ts'
import { groupOf } from './page.ts'
import { checkPictures, digestOf, type Pictures } from './pictures.ts'
import { retryAfter } from './retry-after.ts'
import type { Service } from './service.ts'

/** A request that was recognised and read. */
export interface Asked {
  readonly owner: string
  readonly kind: JobKind
  readonly body: RequestBody
  readonly pictures: Pictures
  /** `Idempotency-Key`: the same one is the same job. */
  readonly key: string | undefined
  readonly responseFormat: JobReply['responseFormat']
  readonly trace: Trace | undefined
}

/**
 * Checks a request and hands it to the queue.
 *
 * @throws HttpError, FastFlowError `invalid-argument` naming the field.
 */
export async function accept(service: Service, asked: Asked): Promise<Job> {
  const { owner, kind, body, pictures, key } = asked
  if (service.stopping.aborted) throw stopping()
  const { name, pipe } = modelOf(service, body.model)
  const { limits, accelerate, moderate } = service
  const request = readRequest(kind, body, pipe, { limits, accelerate, moderated: moderate !== undefined })
  if (kind === 'edit' && pictures.image === undefined)
    throw invalidArgument('image', 'is missing; send the picture to edit')
  if (pictures.mask !== undefined && pipe.task === 'text-to-video')
    throw invalidArgument('mask', 'goes with images; leave it out')
  await checkPictures(pictures)
  const refused = await moderate?.(body.prompt, body.moderation ?? 'auto')
  if (refused !== undefined)
    throw new HttpError({
      status: 400,
      code: 'moderation_blocked',
      param: 'prompt',
      message: `prompt: ${refused}`,
    })
  const id = key === undefined ? randomUUID() : `k-${digestOf(owner, key)}`
  const { image = '', mask = '' } = pictures
  const trace = asked.trace?.carrier()
  const group = groupOf({ kind, owner })
  const job: Job = {
    id,
    ...(group !== undefined && { group }),
    kind,
    model: name,
    owner,
    request,
    fingerprint: digestOf(kind, JSON.stringify(body), image, mask),
    createdAt: Date.now(),
    timeoutSeconds: limits.seconds,
    ...(trace !== undefined && { trace }),
    reply: { responseFormat: asked.responseFormat, quality: body.quality ?? 'auto' },
  }
  return submit(service, job, pictures)
}

function modelOf(
  { names, models, problems }: Service,
  asked: string | undefined,
): { readonly name: string; readonly pipe: Pipeline } {
  const name = asked ?? names[0]!
  const pipe = models.get(name)
  if (pipe !== undefined) return { name, pipe }
  if (!names.includes(name))
    throw new HttpError({
      status: 404,
      code: 'model_not_found',
      param: 'model',
      message: `model: there is no ${JSON.stringify(name.slice(0, 100))} here; available: ${names.join(', ')}`,
    })
  const failed = problems.find((problem) => problem.startsWith(`${name}: `))
  const message = failed === undefined ? `${name} is still being loaded` : `${name} could not be loaded`
  throw new HttpError({ status: 503, code: 'model_not_ready', message, retryAfter: 5 })
}

/** Pictures are kept before the job is handed over: whoever takes it finds them. */
async function submit(service: Service, job: Job, pictures: Pictures): Promise<Job> {
  const { queue, blobs, perKey, limits } = service
  const isOver = async (id: string): Promise<boolean> => {
    const record = await queue.read(id)
    return record === undefined || record.finishedAt !== undefined
  }
  if (!(await perKey.enter(job.owner, job.id, isOver)))
    throw new HttpError({
      status: 429,
      code: 'rate_limit_exceeded',
      message: `${limits.perKey} jobs of this key are under way; wait for one of them`,
      retryAfter: await retryAfter(queue),
    })
  const keys: Record<string, string> = {}
  let unsubscribe = (): void => {}
  const leave = (): void => {
    perKey.leave(job.owner, job.id)
    unsubscribe()
  }
  try {
    const keepSeconds = limits.seconds + service.keepSeconds
    for (const [name, bytes] of Object.entries(pictures))
      keys[name] = await blobs.put(bytes, 'bin', keepSeconds)
    unsubscribe = await queue.subscribe(job.id, ({ type }) => {
      if (type === 'ended') leave()
    })
    const { accepted, job: known } = await queue.submit({ ...job, request: { ...job.request, ...keys } })
    if (accepted) return known
    leave()
    for (const key of Object.values(keys)) await blobs.remove(key)
    if (known.fingerprint === job.fingerprint) return known
    throw new HttpError({
      status: 422,
      code: 'idempotency_key_reused',
      message: 'this Idempotency-Key came with another request before; use a new one',
    })
  } catch (error) {
    leave()
    for (const key of Object.values(keys)) await blobs.remove(key).catch(() => {})
    throw await fullOr(error, service)
  }
}

async function fullOr(error: unknown, { queue }: Service): Promise<unknown> {
  if (!FastFlowError.isInstance(error) || error.code !== 'limit-exceeded' || error.field !== 'queue')
    return error
  return new HttpError({
    status: 503,
    code: 'queue_full',
    message: error.message,
    retryAfter: await retryAfter(queue),
  })
}

function stopping(): HttpError {
  return new HttpError({ status: 503, code: 'stopping', message: 'this server is stopping', retryAfter: 5 })
}
