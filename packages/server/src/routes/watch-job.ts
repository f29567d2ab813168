import type { JobEvent } from '@fastflow/core'
import { answerOf } from '../answers/http-error.ts'
import { base64Of } from '../answers/images.ts'
import type { ImageRecord } from '../ports/job.ts'
import type { Service } from '../service/service.ts'
import { waitFor } from '../service/wait.ts'
import type { EventSender } from './events.ts'

/** Tells of a job until it has ended, as it is at first; a client that goes cancels nothing. */
export async function watchJob(
  service: Service,
  record: ImageRecord,
  events: EventSender,
  gone: AbortSignal,
  answer: (record: ImageRecord) => Promise<Record<string, unknown>>,
): Promise<void> {
  // In their order, though previews are read from where they are kept.
  let sent: Promise<unknown> = Promise.resolve()
  const tell = async (event: JobEvent): Promise<void> => {
    if (event.type === 'started') events.send('job.started', {})
    if (event.type === 'progress') events.send('job.progress', { ...event.progress })
    if (event.type !== 'partial') return
    const { image, index, blob } = event.partial
    const b64_json = await base64Of(blob, service.blobs)
    events.send('job.partial_image', { image, partial_image_index: index, b64_json })
  }
  try {
    events.send('job.status', { job: await answer(record) })
    const ended = await waitFor(service, record.job, {
      gone,
      cancels: false,
      onEvent: (event) => {
        sent = sent.then(() => tell(event)).catch(() => {})
      },
    })
    await sent
    events.send(`job.${ended.state}`, { job: await answer(ended) })
  } catch (error) {
    const known = answerOf(error)
    if (known) events.send('error', known.body())
    else throw error
  } finally {
    events.end()
  }
}
