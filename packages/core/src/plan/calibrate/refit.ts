import type { Pace } from '../../pace.ts'
import type { Velocity } from '../../ports/velocity.ts'
import { compact, type PlanEntry } from '../document/document.ts'
import { leaveOneOut } from '../fit/rehearse.ts'
import type { Trajectory } from '../record/trajectory.ts'
import { followPlan } from './follow.ts'
import { rehearsalOptions } from './plan-all.ts'
import type { Settings } from './settings.ts'

export interface RefitOptions<T> {
  readonly settings: Settings<T>
  /** Full runs to fit on. */
  readonly runs: readonly Trajectory<T>[]
  readonly velocityOf: (seed: number) => Velocity<T>
  readonly pace: Pace
}

export interface Refitted {
  readonly entry: PlanEntry
  /** PSNR of each run, followed by weights fitted on the others; of a single run, on itself. */
  readonly scores: readonly number[]
}

/** The same evaluations with weights fitted on recorded runs. Cost: the evaluations of the plan for each run. */
export async function refitPlan<T>(
  entry: PlanEntry,
  { settings, runs, velocityOf, pace }: RefitOptions<T>,
): Promise<Refitted> {
  const { numSteps } = settings
  const grams = runs.map(({ gram }) => gram)
  const options = await rehearsalOptions(settings, grams, { parts: 1 }, pace)
  const route = { path: [...entry.nodes, numSteps] }
  const rows: number[][][] = []
  for (const rehearsal of await leaveOneOut(options))
    rows.push((await rehearsal.weights(route)).map((row) => row.map((weight) => compact(weight))))
  const { stateWeight: _, ...rest } = entry
  const scores: number[] = []
  for (const [n, run] of runs.entries()) {
    const weights = rows[Math.min(n, rows.length - 1)]!
    scores.push(await followPlan({ ...rest, weights }, run, velocityOf(run.seed), settings))
  }
  return { entry: { ...rest, weights: rows.at(-1)! }, scores }
}
