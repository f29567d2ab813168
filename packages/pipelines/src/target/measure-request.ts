import { type Frontier, type QualityProxy, type RgbImage, type SampleOptions, sample } from '@fastflow/core'
import type { RunOptions } from '../generate/acceleration.ts'
import type { DecisionRecord } from './record.ts'

/** A served request that is to be measured. */
export interface Served {
  readonly options: RunOptions
  readonly arm: number
  readonly image: RgbImage
}

/**
 * Runs what is missing for a comparison, the full run or the other plans, and scores the plans' images against the full
 * one. Undefined where a run did not complete: a missing value is no update.
 */
export async function measureRequest(
  { options, arm, image: served }: Served,
  compared: readonly number[],
  frontier: Frontier,
  proxy: QualityProxy,
): Promise<{ readonly scores: DecisionRecord['scores']; readonly nfe: number } | undefined> {
  const { plans } = frontier.document
  const full = plans.length
  let nfe = 0
  const imageOf = async (which: number): Promise<RgbImage | undefined> => {
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
  const reference = await imageOf(full)
  if (reference === undefined) return undefined
  const scores: { arm: number; score: number }[] = []
  for (const which of compared) {
    const image = await imageOf(which)
    if (image === undefined) return undefined
    scores.push({ arm: which, score: (await proxy.score({ image, reference })).value })
  }
  return { scores, nfe }
}
