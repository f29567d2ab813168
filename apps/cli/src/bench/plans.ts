import { calibrate, type Frontier, numStepsOf, type Schedule } from '@fastflow/core'
import type { Method } from './method.ts'
import { recordRun } from './record-run.ts'
import type { TurnPipeline } from './turns.ts'

export interface PlanSettings {
  readonly schedule: Schedule
  readonly guidanceScale: number
  readonly budgets: readonly number[]
  readonly signal: AbortSignal
  readonly onProgress?: (done: number, total: number, detail: string) => void
}

/** Two frontiers: one calibrated at the default cost, one from a single ordinary generation. */
export interface Plans {
  readonly plan: Frontier
  readonly single: Frontier
}

/** Seed of the one generation that `single` is planned from. */
const SINGLE_SEED = 2 ** 31 - 1

/** Calibrates on noises no sample uses, the classes in turn. */
export async function makePlans(pipe: TurnPipeline, settings: PlanSettings): Promise<Plans> {
  const { schedule, guidanceScale, signal } = settings
  const numSteps = numStepsOf(schedule)
  const budgets = settings.budgets.filter((nfe) => nfe < numSteps)
  const plan = await pipe.calibrate({
    numSteps,
    guidanceScale,
    budgets,
    signal,
    onProgress: ({ stage, evaluations, limit }) => settings.onProgress?.(evaluations, limit, stage),
  })
  const run = await recordRun(pipe, { schedule, guidanceScale, seed: SINGLE_SEED })
  return { plan, single: await calibrate({ schedule, budgets, recorded: [run], evaluations: 0 }) }
}

/** The plans of both frontiers at one budget. */
export function planMethods(schedule: Schedule, { plan, single }: Plans, nfe: number): readonly Method[] {
  return [
    { name: `plan-${nfe}`, schedule, options: () => ({ policy: plan.at(nfe) }) },
    { name: `plan1-${nfe}`, schedule, options: () => ({ policy: single.at(nfe) }) },
  ]
}
