import type { AbortSignalLike } from '@fastflow/core'
import { calibrate, numStepsOf, type Plan, type Schedule } from '@fastflow/core'
import type { BenchFlow, BenchSource } from '../source/source.ts'

export interface OracleSettings {
  readonly schedule: Schedule
  readonly guidanceScale: number
  /** Seed of the first sample of the bench, and how many there are. */
  readonly seed: number
  readonly samples: number
  readonly signal: AbortSignalLike
  readonly onProgress?: (done: number, total: number) => void
}

/** Full generations a sample that the search may cost, the recorded full run among them. */
const GENERATIONS = 5

/** Most evaluations {@link searchOracle} makes. */
export function oracleEvaluations(numSteps: number, samples: number): number {
  return GENERATIONS * samples * numSteps
}

/**
 * The planner let loose on the very noises it is judged by, from `start` on: how good plans of this family can be on
 * them. No method, since nobody has the noises of tomorrow.
 */
export async function searchOracle(
  pipe: BenchSource,
  start: Plan,
  { schedule, guidanceScale, seed, samples, signal, onProgress }: OracleSettings,
): Promise<Plan> {
  const flows = new Map<number, BenchFlow>()
  for (let index = 0; index < samples; index++)
    flows.set(seed + index, await pipe.prepareTurn(index, { seed: seed + index, guidanceScale, signal }))
  return calibrate({
    schedule,
    budgets: start.budgets,
    start,
    seeds: [...flows.keys()],
    guided: [...flows.values()].every(({ passesPerEvaluation }) => passesPerEvaluation === 2),
    passes: [],
    evaluations: oracleEvaluations(numStepsOf(schedule), samples),
    floorRuns: 0,
    noise: (of) => flows.get(of)!.noise.slice(),
    velocityOf: (of) => flows.get(of)!.velocity,
    signal,
    ...(onProgress && { onProgress: ({ evaluations, limit }) => onProgress(evaluations, limit) }),
  })
}
