import type { JobPartial } from '@fastflow/core'
import type { FastifyReply } from 'fastify'
import { answerOf, HttpError } from '../answers/http-error.ts'
import { base64Of, fastflowOf, looksOf, usageOf } from '../answers/images.ts'
import { seconds } from '../answers/job.ts'
import { resultOf } from '../answers/result-of.ts'
import type { Job } from '../ports/job.ts'
import { usualSize } from '../request/size.ts'
import type { Service } from '../service/service.ts'
import { waitFor } from '../service/wait.ts'
import { eventsTo } from './events.ts'

/** Previews and results of a job as events, as the official clients read them. */
export async function streamImages(
  service: Service,
  job: Job,
  reply: FastifyReply,
  gone: AbortSignal,
): Promise<FastifyReply> {
  const events = eventsTo(reply)
  const name = job.kind === 'edit' ? 'image_edit' : 'image_generation'
  const usual = usualSize(service.models.get(job.model)!)
  const size = { width: job.request.width ?? usual.width, height: job.request.height ?? usual.height }
  const common = { created_at: seconds(job.createdAt), ...looksOf(job, size) }
  // In their order, though they are read from where they are kept.
  let sent: Promise<unknown> = Promise.resolve()
  const preview = async ({ image, index, blob }: JobPartial): Promise<void> => {
    const b64_json = await base64Of(blob, service.blobs)
    events.send(`${name}.partial_image`, {
      b64_json,
      ...common,
      partial_image_index: index,
      fastflow: { image },
    })
  }
  try {
    const record = await waitFor(service, job, {
      gone,
      cancels: true,
      onEvent: (event) => {
        if (event.type === 'partial') sent = sent.then(() => preview(event.partial)).catch(() => {})
      },
    })
    await sent
    const result = resultOf(record)
    for (const [k, image] of result.images.entries())
      events.send(`${name}.completed`, {
        b64_json: await base64Of(image.blob, service.blobs),
        ...common,
        usage: usageOf({ ...result, images: [image] }),
        fastflow: { ...fastflowOf(job, { ...result, images: [image] }), image: k },
      })
  } catch (error) {
    const known = answerOf(error)
    if (known === undefined) reply.log.error(error)
    const told =
      known ?? new HttpError({ status: 500, code: 'internal-error', message: 'it failed on our side' })
    events.send('error', told.body())
  } finally {
    events.end()
  }
  return reply
}
