import type { TargetQuality } from '../policy/target-quality.ts'
import { total } from './certify.ts'
import type { Goal } from './goal.ts'
import type { QualityTable } from './quality-table.ts'
import { perfect } from './reward.ts'
import type { TargetState, Terms } from './terms.ts'

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
    const score = perfect[goal.metric]
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
