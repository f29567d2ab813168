import { calibrate, type Frontier, numStepsOf, type Schedule } from '@fastflow/core'
import type { Flow } from '@fastflow/pipelines'
import { quantile } from '@fastflow/proxies'
import type { MethodRuns } from './summarize-rows.ts'
import type { TurnPipeline } from './turns.ts'

export interface OracleSettings {
  readonly schedule: Schedule
  readonly guidanceScale: number
  /** Seed of the first sample of the bench, and how many there are. */
  readonly seed: number
  readonly samples: number
  readonly signal: AbortSignal
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
  pipe: TurnPipeline,
  start: Frontier,
  { schedule, guidanceScale, seed, samples, signal, onProgress }: OracleSettings,
): Promise<Frontier> {
  const flows = new Map<number, Flow>()
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

/** Rows that are plans for the full run. */
const PLANS = ['plan', 'plan1'] as const

/**
 * Where another plan of the budget turned out better on the samples than what the oracle's search found, that one is
 * the oracle's: by the middle of mean and 10 % quantile, as the planner judges.
 */
export function withOracleChoice(
  runs: readonly MethodRuns[],
  budgets: readonly number[],
): readonly MethodRuns[] {
  const merit = ({ scores }: MethodRuns): number => {
    const values = scores.map(({ psnr }) => psnr)
    return values.reduce((sum, one) => sum + one, 0) / values.length + quantile(values, 0.1)
  }
  const replacements = new Map<string, MethodRuns>()
  for (const budget of budgets) {
    const method = `oracle-${budget}`
    const names = [method, ...PLANS.map((family) => `${family}-${budget}`)]
    const [best] = runs.filter((run) => names.includes(run.method)).sort((a, b) => merit(b) - merit(a))
    if (best !== undefined) replacements.set(method, { ...best, method })
  }
  return runs.map((run) => replacements.get(run.method) ?? run)
}
