import type { AbortSignalLike, RgbImage } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import type { Task } from '@fastflow/pipelines'
import {
  psnr,
  rmsContrast,
  type Clip as Scorer,
  temporalConsistency,
  temporalFlickering,
} from '@fastflow/proxies'
import { psnrOfFrames } from '../source/frames.ts'
import type { Case } from './case.ts'

/** What one result is worth; a figure that the task or the case does not have is undefined. */
export interface CaseScores {
  readonly psnr: number
  readonly contrast: number
  readonly fit: number | undefined
  readonly target: number | undefined
  readonly consistency: number | undefined
  readonly motion: number | undefined
  /** Features of the picture, where all pictures together are held against the true ones. */
  readonly features: Float32Array | undefined
  readonly targetFeatures: Float32Array | undefined
}

/** Network that scores, and what cancels it. */
interface Scoring {
  readonly scorer: Scorer | undefined
  readonly signal: AbortSignalLike
}

/** @param full frames of the full run of the same sample; one frame is a picture. */
export async function scoreCase(
  task: Task,
  { subject, target, caption }: Case,
  frames: readonly RgbImage[],
  full: readonly RgbImage[],
  { scorer, signal }: Scoring,
): Promise<CaseScores> {
  throwIfAborted(signal, 'bench')
  // An instruction does not say what the result shows, and a class id is no caption.
  const words = caption ?? (task === 'text-to-image' ? String(subject) : undefined)
  const isClip = frames.length > 1
  const drawn = target !== undefined && scorer !== undefined && task !== 'image-editing' && !isClip
  const [features, targetFeatures] = drawn ? await scorer.features.extract([frames[0]!, target]) : []
  return {
    psnr: psnrOfFrames(frames, full),
    contrast: mean(frames.map(rmsContrast)),
    fit: scorer && words !== undefined ? await fitOf(scorer, frames, words, signal) : undefined,
    target: target !== undefined && task === 'image-editing' ? psnr(frames[0]!, target) : undefined,
    consistency: scorer && isClip ? await temporalConsistency(frames, scorer.features) : undefined,
    motion: isClip ? 1 - temporalFlickering(frames) : undefined,
    features,
    targetFeatures,
  }
}

async function fitOf(
  scorer: Scorer,
  frames: readonly RgbImage[],
  words: string,
  signal: AbortSignalLike,
): Promise<number> {
  const scores: number[] = []
  for (const frame of frames) {
    throwIfAborted(signal, 'bench')
    scores.push(100 * (await scorer.similarity(frame, words)))
  }
  return mean(scores)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length
}
