import { createRandom } from '@fastflow/core'
import type { Pace } from '@fastflow/core/backend'
import {
  contextOf,
  createTerms,
  type DecisionRecord,
  type Goal,
  initTargetState,
  type QualityTable,
  type TargetState,
  updateTargetState,
} from '@fastflow/pipelines'
import { splitTable } from './split.ts'

export interface DriftSettings {
  readonly repeats: number
  /** Unchanged requests a repeat. */
  readonly unchanged: number
}

/** How the alarm did. */
export interface DriftResult {
  /** Plan whose landings are watched, by its evaluations. */
  readonly nfe: number
  readonly repeats: number
  readonly unchanged: number
  /** Repeats with an alarm although nothing had changed. */
  readonly falseAlarms: number
  readonly swapped?: SwappedResult
}

export interface SwappedResult {
  /** Requests to the changed model in each repeat. */
  readonly requests: number
  /** Repeats in which they raised the alarm. */
  readonly found: number
  /** Mean and largest number of requests until it; null where it was never raised. */
  readonly mean: number | null
  readonly worst: number | null
}

/**
 * Feeds the alarm with landings of unchanged runs, drawn from those it does not know, and then with those of a changed
 * model, in another order each time.
 *
 * @param swapped decimal logarithms of the landing mismatches of another model under the same plan.
 */
export async function driftOf(
  table: QualityTable,
  goal: Goal,
  arm: number,
  swapped: readonly (readonly number[])[] | undefined,
  { repeats, unchanged }: DriftSettings,
  pace: Pace,
): Promise<DriftResult> {
  const arms = [...table.nfe, table.numSteps]
  const delays: number[] = []
  let falseAlarms = 0
  let found = 0
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { next } = createRandom(repeat)
    const { known, fresh } = splitTable(table, Math.floor(table.runs.length / 2), next)
    const terms = createTerms(goal, arms, known)
    const draw = (from: readonly (readonly number[])[], count: number): (readonly number[])[] =>
      Array.from({ length: count }, () => from[Math.floor(next() * from.length)]!)
    const watch = async (
      before: TargetState,
      requests: readonly (readonly number[])[],
    ): Promise<TargetState> => {
      let state = before
      for (const landings of requests) {
        // The first alarm is what counts: a detector starts anew after it.
        if (state.alarm !== null) break
        if (pace.due()) await pace.rest()
        state = updateTargetState(state, recordOf(arms, goal, arm, landings), terms)
      }
      return state
    }
    const usual = fresh.runs.map(({ landings }) => landings[arm]!)
    const calm = await watch(initTargetState(terms), draw(usual, unchanged))
    if (calm.alarm !== null) falseAlarms++
    if (swapped === undefined || calm.alarm !== null) continue
    const { alarm } = await watch(calm, draw(swapped, swapped.length))
    if (alarm === null) continue
    found++
    delays.push(alarm - unchanged)
  }
  const result = { nfe: arms[arm]!, repeats, unchanged, falseAlarms }
  if (swapped === undefined) return result
  const requests = swapped.length
  if (found === 0) return { ...result, swapped: { requests, found, mean: null, worst: null } }
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / found
  return { ...result, swapped: { requests, found, mean, worst: Math.max(...delays) } }
}

function recordOf(
  arms: readonly number[],
  goal: Goal,
  arm: number,
  landings: readonly number[],
): DecisionRecord {
  const { metric, limit } = goal
  const request = { key: '', seed: 0, mode: 'on', arms, arm, propensity: 1, metric, limit } as const
  const outcome = {
    landings,
    choices: [{ context: contextOf([0, 0, 0, 0], 0), among: [...arms.keys()], taken: [arm] }],
    proxy: null,
    scores: [],
    shadowNfe: 0,
    reward: null,
  } as const
  return { format: 'fastflow-decision', version: 3, ...request, ...outcome }
}
