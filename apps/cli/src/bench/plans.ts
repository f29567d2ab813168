import { calibrate, createRecorder, type Frontier, float32Space, type Schedule, sample } from '@fastflow/core'
import type { ClassToImagePipeline, Flow } from '@fastflow/pipelines'
import type { Method } from './method.ts'

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
export async function makePlans(pipe: ClassToImagePipeline, settings: PlanSettings): Promise<Plans> {
  const { schedule, guidanceScale, signal } = settings
  const budgets = settings.budgets.filter((nfe) => nfe < schedule.sigmas.length - 1)
  const flowOf = (seed: number): Flow =>
    pipe.prepare(seed % pipe.labels.length, { seed, guidanceScale, numSteps: schedule.sigmas.length - 1 })
  const plan = await calibrate({
    velocityOf: (seed) => flowOf(seed).velocity,
    noise: (seed) => flowOf(seed).noise,
    schedule,
    budgets,
    signal,
    onProgress: ({ stage, evaluations, limit }) => settings.onProgress?.(evaluations, limit, stage),
  })
  const flow = flowOf(SINGLE_SEED)
  const recorder = createRecorder({
    velocity: flow.velocity,
    schedule,
    space: float32Space,
    seed: SINGLE_SEED,
  })
  const { status } = await sample({ velocity: recorder.velocity, schedule, x: flow.noise, signal })
  if (status.kind !== 'completed') throw flow.failure(status)
  const recorded = [await recorder.finish()]
  return { plan, single: await calibrate({ schedule, budgets, recorded, evaluations: 0 }) }
}

/** The plans of both frontiers at one budget. */
export function planMethods(schedule: Schedule, { plan, single }: Plans, nfe: number): readonly Method[] {
  return [
    { name: `plan-${nfe}`, schedule, options: () => ({ policy: plan.at(nfe) }) },
    { name: `plan1-${nfe}`, schedule, options: () => ({ policy: single.at(nfe) }) },
  ]
}
