import type { ImageRecord, JobKind } from '../ports/job.ts'

/** Where a request of this kind is sent to. */
export const ENDPOINTS: Readonly<Record<JobKind, string>> = {
  generation: '/v1/images/generations',
  edit: '/v1/images/edits',
  video: '/v1/videos',
}

/** Share of a job that is done, 0 to 1. */
export function doneOf({ state, progress, job }: ImageRecord): number {
  if (state === 'completed') return 1
  if (progress === undefined) return 0
  return Math.min(1, (progress.image + progress.step / progress.steps) / job.request.n)
}

/** @param result as the endpoint itself answers, null before it is there. */
export function jobAnswer(record: ImageRecord, base: string, result: unknown): Record<string, unknown> {
  const { job, state, position, startedAt, finishedAt, error, progress } = record
  return {
    id: job.id,
    object: 'job',
    endpoint: ENDPOINTS[job.kind],
    model: job.model,
    status: state,
    created_at: seconds(job.createdAt),
    started_at: startedAt === undefined ? null : seconds(startedAt),
    finished_at: finishedAt === undefined ? null : seconds(finishedAt),
    poll_url: `${base}/v1/jobs/${job.id}`,
    events_url: `${base}/v1/jobs/${job.id}/events`,
    queue_position: position ?? null,
    progress: doneOf(record),
    decisions: progress?.decisions ?? '',
    result,
    error: error ? { code: error.code, param: error.field, message: error.message } : null,
  }
}

export function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}
