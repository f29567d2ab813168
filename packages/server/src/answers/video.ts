import type { JobState } from '@fastflow/core'
import type { ImageRecord } from '../ports/job.ts'
import { fastflowOf, usageOf } from './images.ts'
import { doneOf, seconds } from './job.ts'

const STATES: Readonly<Record<JobState, string>> = {
  queued: 'queued',
  running: 'in_progress',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'failed',
}

/** What is known of the clip before it is there. */
export interface Expected {
  readonly width: number
  readonly height: number
  readonly seconds: number
}

/** As the official clients read it. */
export function videoAnswer(
  record: ImageRecord,
  expected: Expected,
  keepSeconds: number,
): Record<string, unknown> {
  const { job, state, finishedAt, error, result } = record
  const clip = result?.images[0]
  const { width, height } = clip ?? expected
  const length = clip?.frames !== undefined && clip.fps ? clip.frames / clip.fps : expected.seconds
  const cancelled = { code: 'cancelled', message: 'the job was cancelled' }
  return {
    id: job.id,
    object: 'video',
    model: job.model,
    status: STATES[state],
    progress: Math.floor(100 * doneOf(record)),
    created_at: seconds(job.createdAt),
    completed_at: state === 'completed' && finishedAt !== undefined ? seconds(finishedAt) : null,
    expires_at: finishedAt === undefined ? null : seconds(finishedAt) + Math.floor(keepSeconds),
    prompt: job.request.prompt,
    remixed_from_video_id: null,
    seconds: String(+length.toFixed(3)),
    size: `${width}x${height}`,
    error: error ? { code: error.code, message: error.message } : state === 'cancelled' ? cancelled : null,
    usage: result ? usageOf(result) : null,
    fastflow: result ? fastflowOf(job, result) : null,
  }
}
