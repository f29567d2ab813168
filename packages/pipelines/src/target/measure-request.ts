import type { Plan, QualityProxy, RgbImage } from '@fastflow/core'
import type { RunOptions } from '../policy/acceleration.ts'
import { sampleRun } from '../policy/sample-run.ts'
import { isCancelled } from '../task/failure.ts'
import { landingLogs } from './landings.ts'
import { listening } from './measure-quality.ts'
import type { DecisionRecord, ScoreRecord } from './record.ts'
import { scoreFrames } from './score-frames.ts'

/** A served request that is to be measured. */
export interface Served {
  readonly options: RunOptions
  readonly arm: number
  /** One, or the frames of a clip. */
  readonly images: readonly RgbImage[]
  /** Decimal logarithms of its landing mismatches; none for the full run. */
  readonly landings: readonly number[]
}

interface Image {
  readonly frames: readonly RgbImage[]
  readonly landings: readonly number[]
}

/**
 * Runs what is missing for a comparison, the full run or the other plans, and scores the plans' images against the full
 * one; clips frame by frame. No scores where a run did not complete or was cancelled: a missing value is no update.
 */
export async function measureRequest(
  served: Served,
  compared: readonly number[],
  frontier: Plan,
  proxy: QualityProxy,
): Promise<{ readonly scores: DecisionRecord['scores'] | undefined; readonly nfe: number }> {
  let nfe = 0
  try {
    const scores = await compare(served, compared, frontier, proxy, (spent) => {
      nfe += spent
    })
    return { scores, nfe }
  } catch (error) {
    if (!isCancelled(error)) throw error
    return { scores: undefined, nfe }
  }
}

async function compare(
  { options, arm, images: frames, landings }: Served,
  compared: readonly number[],
  frontier: Plan,
  proxy: QualityProxy,
  onRun: (nfe: number) => void,
): Promise<DecisionRecord['scores'] | undefined> {
  const { plans } = frontier.document
  const full = plans.length
  const imageOf = async (which: number): Promise<Image | undefined> => {
    if (which === arm) return { frames, landings }
    // Its steps are nobody's progress.
    const { onStep: _, ...run } = options
    const plan = plans[which]
    const result = await sampleRun({ ...run, ...(plan && { policy: listening(frontier.at(plan.budget)) }) })
    onRun(result.stats.nfe)
    try {
      if (result.status.kind !== 'completed') return undefined
      return { frames: await options.render(result.x), landings: landingLogs(result.stats.mismatches) }
    } finally {
      options.space.release(result.x)
    }
  }
  const reference = await imageOf(full)
  if (reference === undefined) return undefined
  const scores: ScoreRecord[] = []
  for (const which of compared) {
    const image = await imageOf(which)
    if (image === undefined) return undefined
    const score = await scoreFrames(proxy, image.frames, reference.frames, options.signal)
    scores.push({ arm: which, score, landings: image.landings })
  }
  return scores
}
