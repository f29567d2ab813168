import type { BlobStore } from '@fastflow/core'
import type { Job, JobResult } from '../ports/job.ts'
import { HttpError } from './http-error.ts'

/** Network passes in the place of tokens. */
export interface Usage {
  readonly input_tokens: number
  readonly input_tokens_details: { readonly image_tokens: number; readonly text_tokens: number }
  readonly output_tokens: number
  readonly total_tokens: number
}

export function usageOf({ images }: JobResult): Usage {
  const passes = images.reduce((sum, { stats }) => sum + stats.passes, 0)
  return {
    input_tokens: 0,
    input_tokens_details: { image_tokens: 0, text_tokens: 0 },
    output_tokens: passes,
    total_tokens: passes,
  }
}

export function fastflowOf(
  { id }: Job,
  { images, policy, digest, notes }: JobResult,
): Record<string, unknown> {
  return { job: id, policy, digest, notes, images: images.map(({ stats }) => stats) }
}

/** What answers and events say of a picture. */
export function looksOf(
  job: Job,
  size: { readonly width: number; readonly height: number },
): Record<string, unknown> {
  const { request, reply } = job
  return {
    background: 'opaque',
    output_format: request.format,
    quality: reply.quality,
    size: `${size.width}x${size.height}`,
  }
}

/** @param base address that this server has for whoever asks. */
export async function imagesAnswer(
  job: Job,
  result: JobResult,
  blobs: BlobStore,
  base: string,
): Promise<Record<string, unknown>> {
  const byUrl = job.reply.responseFormat === 'url'
  const data = await Promise.all(
    result.images.map(async ({ blob }) =>
      byUrl ? { url: fileUrl(base, blob) } : { b64_json: await base64Of(blob, blobs) },
    ),
  )
  return {
    created: Math.floor(job.createdAt / 1000),
    data,
    ...looksOf(job, result.images[0] ?? { width: 0, height: 0 }),
    usage: usageOf(result),
    fastflow: fastflowOf(job, result),
  }
}

function fileUrl(base: string, blob: string): string {
  return `${base}/v1/files/${blob}`
}

export async function base64Of(blob: string, blobs: BlobStore): Promise<string> {
  const bytes = await blobs.get(blob)
  if (bytes !== undefined) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
  throw new HttpError({
    status: 404,
    code: 'not-kept',
    message: 'the result is not kept any more; ask for it anew',
  })
}
