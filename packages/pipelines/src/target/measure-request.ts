import { type Frontier, type QualityProxy, type RgbImage, type SampleOptions, sample } from '@fastflow/core'
import type { RunOptions } from '../generate/acceleration.ts'
import type { DecisionRecord } from './record.ts'
import { scoreFrames } from './score-frames.ts'

/** A served request that is to be measured. */
export interface Served {
  readonly options: RunOptions
  readonly arm: number
  /** One, or the frames of a clip. */
  readonly images: readonly RgbImage[]
}

/**
 * Runs what is missing for a comparison, the full run or the other plans, and scores the plans' images against the full
 * one; clips frame by frame. No scores where a run did not complete: a missing value is no update.
 */
export async function measureRequest(
  { options, arm, images: served }: Served,
  compared: readonly number[],
  frontier: Frontier,
  proxy: QualityProxy,
): Promise<{ readonly scores: DecisionRecord['scores'] | undefined; readonly nfe: number }> {
  const { plans } = frontier.document
  const full = plans.length
  let nfe = 0
  const imagesOf = async (which: number): Promise<readonly RgbImage[] | undefined> => {
    if (which === arm) return served
    // Its steps are nobody's progress.
    const { onStep: _, ...silent } = options
    const run: SampleOptions<unknown, undefined> = silent
    const plan = plans[which]
    const result = await sample({ ...run, ...(plan && { policy: frontier.at(plan.budget) }) })
    nfe += result.stats.nfe
    try {
      return result.status.kind === 'completed' ? await options.render(result.x) : undefined
    } finally {
      options.space?.release(result.x)
    }
  }
  const references = await imagesOf(full)
  if (references === undefined) return { scores: undefined, nfe }
  const scores: { arm: number; score: number }[] = []
  for (const which of compared) {
    const images = await imagesOf(which)
    if (images === undefined) return { scores: undefined, nfe }
    scores.push({ arm: which, score: await scoreFrames(proxy, images, references) })
  }
  return { scores, nfe }
}
