import { total } from './certify.ts'
import type { Metric } from './options.ts'
import type { QualityTable } from './quality-table.ts'
import type { Goal } from './reward.ts'
import { perfectScore, type TargetState, type Terms } from './state.ts'

/** What is known of the quality of what was served, from other images of the same plan. */
export interface TargetQuality {
  readonly metric: Metric
  readonly limit: number
  readonly confidence: number
  /** Mean over the runs measured beforehand; undefined where there are none. The full run equals itself. */
  readonly estimate: number | undefined
  /**
   * What `confidence` of images keep to, by split conformal prediction over the runs measured beforehand; undefined where
   * these are too few.
   */
  readonly bound: number | undefined
  /** Measured runs of the plan, beforehand and online. */
  readonly n: number
  /** How many of them missed the target. */
  readonly misses: number
  /** Version of the proxy; undefined where nothing was measured. */
  readonly proxy: string | undefined
  /** Why the full run was served although acceleration was asked for. */
  readonly abstained: string | undefined
}

/** @param abstained why nothing better than the full run could be served. */
export function qualityOf(
  state: TargetState,
  { goal, arms, table }: Terms,
  arm: number,
  proxy: string | undefined,
  abstained: string | undefined,
): TargetQuality {
  const terms = { ...goal, proxy: proxy ?? table?.proxy.version, abstained }
  if (arm === arms.length - 1) {
    const score = perfectScore(goal)
    return { ...terms, estimate: score, bound: score, n: 0, misses: 0 }
  }
  const trusted = state.alarm === null ? table : undefined
  const { runs, misses } = total(goal, { table: trusted, online: state.online }, arm)
  return { ...terms, ...spread(goal, trusted, arm), n: runs, misses }
}

function spread(
  { metric, confidence }: Goal,
  table: QualityTable | undefined,
  arm: number,
): Pick<TargetQuality, 'estimate' | 'bound'> {
  const scores = (table?.runs ?? []).map((run) => run.scores[arm]!)
  if (scores.length === 0) return { estimate: undefined, bound: undefined }
  const worseLast = scores.sort((a, b) => (metric === 'psnr' ? b - a : a - b))
  const rank = Math.ceil((scores.length + 1) * confidence - 1e-9)
  return {
    estimate: scores.reduce((sum, score) => sum + score, 0) / scores.length,
    bound: worseLast[rank - 1],
  }
}
