import { encodeApng, encodePng, encodeStill, encodeWebp } from '@fastflow/media'
import type { GeneratedImage } from '@fastflow/pipelines'
import type { Job } from '../ports/job.ts'

type Metadata = Readonly<Record<string, unknown>>

/** The file of a result; it says of itself how to make it again. */
export function encodeResult(
  { request: { format, compression } }: Job,
  { image, clip }: GeneratedImage,
  metadata: Metadata,
): Promise<Uint8Array> {
  if (clip) return format === 'apng' ? encodeApng(clip, metadata) : encodeWebp(clip, metadata)
  if (format === 'apng') return encodePng(image, metadata)
  return encodeStill(image, {
    format,
    ...(compression !== undefined && { quality: compression }),
    metadata,
  })
}

/** As the command line writes it, without timings, so that equal runs give equal bytes. */
export function metadataOf({ model, request }: Job, digest: string, item: GeneratedImage): Metadata {
  const { caption, seed, stats } = item
  const { negativePrompt, numSteps, guidanceScale, accelerate } = request
  const { nfe, steps, decisions, estimatedPsnr } = stats
  return {
    model,
    digest,
    prompt: caption,
    negativePrompt,
    seed,
    numSteps,
    guidanceScale,
    accelerate,
    steps,
    nfe,
    decisions,
    estimatedPsnr,
  }
}
