import type { ImageQueue } from '../ports/job.ts'

/** Seconds after which there is room again, as far as one can tell: by how long the oldest job has waited. */
export async function retryAfter(queue: ImageQueue): Promise<number> {
  const { oldestSeconds, waiting } = await queue.stats()
  return Math.min(60, Math.max(1, Math.ceil(oldestSeconds / Math.max(1, waiting))))
}
