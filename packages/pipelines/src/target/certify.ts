import { binomialTail, type RateCounts, rateBounds } from '@fastflow/bandits'
import { invalidArgument } from '@fastflow/core'
import { checkMethods, checkNumbers, checkShare, checkWhole, shown } from '@fastflow/core/backend'
import { checkGoal, checkTable } from './check-beginning.ts'
import type { Goal } from './goal.ts'
import type { QualityTable } from './quality-table.ts'
import { misses } from './reward.ts'

/** Chance that a certificate, or a refusal for what was seen online, is wrong. */
const DELTA = 0.05

/** What is known of each plan, in the order of their evaluations. */
export interface Evidence {
  /** Runs measured beforehand; undefined where there are none, or they count no more. */
  readonly table: QualityTable | undefined
  /** Requests measured while serving. */
  readonly online: readonly RateCounts[]
}

/** Which plan holds a target, or why none does. */
export interface Certificate {
  readonly kind: 'planned' | 'unmeasured' | 'out-of-reach' | 'beyond-floor'
  /** The cheapest plan that holds; undefined for the full run. */
  readonly arm: number | undefined
  /** One sentence, with figures and what to do. */
  readonly reason: string
}

/**
 * The cheapest plan that `confidence` of images follow to the target, at 95 % certainty.
 *
 * Learn-then-test over nested hypotheses: from the largest budget down, "at least 1 - confidence of images miss" is
 * rejected when a binomial tail over the measured runs is at most 0.05, and the walk ends at the first budget where it is
 * not, so that testing many costs nothing. Requests measured online count through bounds that hold at all times: with
 * the runs measured beforehand they can certify a plan that those alone could not (relaxing), and by themselves
 * refuse one (tightening). A target stricter than the baseline is with itself on a tenth fewer steps is refused.
 *
 * The promise is for noises and prompts drawn like those measured. It takes 59 runs without a miss for 0.95.
 *
 * Reference: Angelopoulos et al. (2021), Learn then Test, section 2.3 (fixed sequence testing).
 */
export function certify(goal: Goal, nfe: readonly number[], evidence: Evidence): Certificate {
  checkGoal(goal)
  checkNumbers('nfe', nfe, 'numbers of evaluations')
  checkEvidence(evidence)
  const { table } = evidence
  const beyond = table && beyondFloor(goal, table)
  if (beyond !== undefined) return { kind: 'beyond-floor', arm: undefined, reason: beyond }
  let arm: number | undefined
  for (let k = nfe.length - 1; k >= 0 && holds(goal, evidence, k); k--) arm = k
  const share = `${+(goal.confidence * 100).toFixed(2)} % of images`
  const target = `${goal.metric} ${goal.limit}`
  if (arm !== undefined) {
    const { runs } = total(goal, evidence, arm)
    return {
      kind: 'planned',
      arm,
      reason: `${nfe[arm]} evaluations reach ${target} in ${share}, by ${runs} runs`,
    }
  }
  const most = nfe.length - 1
  const { runs, misses: missed } = most < 0 ? { runs: 0, misses: 0 } : total(goal, evidence, most)
  const needed = leastRuns(goal.confidence)
  if (runs < needed)
    return {
      kind: 'unmeasured',
      arm,
      reason: `${target} in ${share} takes ${needed} measured runs, there are ${runs}: measure the quality of the plans`,
    }
  return {
    kind: 'out-of-reach',
    arm,
    reason: `no plan is certain to reach ${target} in ${share} (${nfe[most]} evaluations miss it in ${missed} of ${runs} runs): ask for less, plan more evaluations, or measure more runs`,
  }
}

/** Runs that have to be measured, all without a miss, before any plan can hold for this share of images. */
export function leastRuns(confidence: number): number {
  checkShare('confidence', confidence)
  return Math.ceil(Math.log(DELTA) / Math.log(confidence))
}

/** The largest share of images that so many runs without a miss certify; of 0 runs 0. */
export function mostConfidence(runs: number): number {
  checkWhole('runs', runs, 0)
  return DELTA ** (1 / runs)
}

/** Runs and misses of one plan, beforehand and online. */
export function total(goal: Goal, { table, online }: Evidence, arm: number): RateCounts {
  const before = countTable(goal, table, arm)
  const since = online[arm] ?? { runs: 0, misses: 0 }
  return { runs: before.runs + since.runs, misses: before.misses + since.misses }
}

function holds(goal: Goal, evidence: Evidence, arm: number): boolean {
  const allowed = 1 - goal.confidence
  const options = { delta: DELTA, expected: allowed }
  const online = evidence.online[arm] ?? { runs: 0, misses: 0 }
  if (rateBounds(online, options).low > allowed) return false
  const before = countTable(goal, evidence.table, arm)
  if (before.runs > 0 && binomialTail(before, allowed) <= DELTA) return true
  return rateBounds(total(goal, evidence, arm), options).high <= allowed
}

function countTable(goal: Goal, table: QualityTable | undefined, arm: number): RateCounts {
  const runs = table?.runs ?? []
  return { runs: runs.length, misses: runs.filter(({ scores }) => misses(goal, scores[arm]!)).length }
}

function beyondFloor(goal: Goal, { floor }: QualityTable): string | undefined {
  if (floor.length === 0) return undefined
  const missed = floor.filter((score) => misses(goal, score)).length
  if (missed / floor.length <= 1 - goal.confidence) return undefined
  const own = `the full run with a tenth fewer steps misses it on ${missed} of ${floor.length} noises`
  return `${goal.metric} ${goal.limit} is beyond the floor of this model: ${own}; ask for less`
}

function checkEvidence(evidence: Evidence): void {
  const { table, online } = checkMethods('evidence', evidence, [], '{ table, online }')
  checkTable(table, 'evidence.table')
  if (!Array.isArray(online))
    throw invalidArgument('evidence.online', `${shown(online)} is not a list of { runs, misses }`)
}
