import {
  adamsBashforth,
  emulate,
  euler,
  flatSegment,
  frozen,
  type PolicyContext,
  randomBudget,
  type SampleOptions,
  type Schedule,
  uniformSkip,
} from '@fastflow/core'
import { type PaperState, paperPolicy } from '@fastflow/pipelines'

/** What a method adds to a run: a policy or a solver, and the grid when it is not the full one. */
export type MethodOptions = Pick<
  SampleOptions<Float32Array, unknown>,
  'policy' | 'policyState' | 'extrapolator' | 'solver' | 'random'
>

/** One row of the bench. */
export interface Method {
  readonly name: string
  readonly schedule: Schedule
  /** Fresh options for one sample; `random` is seeded by the sample. */
  options(random: PolicyContext['random']): MethodOptions
}

export interface MethodSettings {
  /** Grid of the full run. */
  readonly full: Schedule
  /** The model's grid with another number of steps. */
  readonly scheduleOf: (numSteps: number) => Schedule
  readonly budgets: readonly number[]
  readonly exactSteps: number
  readonly paper: PaperState
}

/** Threshold on the relative change per step, and steps skipped after a flat one. */
const FLAT = { threshold: 0.02, skip: 2 } as const

/** The fine solution that `exact` compares with: third order, several times the steps of the full run. */
export function exactMethod(settings: MethodSettings): Method {
  return {
    name: 'exact',
    schedule: settings.scheduleOf(settings.exactSteps),
    options: () => ({ solver: adamsBashforth(3) }),
  }
}

/** Every method of the bench, the full run first. */
export function benchMethods(settings: MethodSettings): readonly Method[] {
  const { full, scheduleOf, budgets, paper } = settings
  const linear = emulate(2)
  const perBudget = budgets.flatMap((nfe): Method[] => [
    { name: `euler-${nfe}`, schedule: scheduleOf(nfe), options: () => ({ solver: euler() }) },
    { name: `ab2-${nfe}`, schedule: scheduleOf(nfe), options: () => ({ solver: adamsBashforth(2) }) },
    {
      name: `uniform-${nfe}`,
      schedule: full,
      options: () => ({ policy: uniformSkip(nfe), extrapolator: linear }),
    },
    {
      name: `random-${nfe}`,
      schedule: full,
      options: (random) => ({ policy: randomBudget(nfe), extrapolator: linear, random }),
    },
  ])
  return [
    { name: 'full', schedule: full, options: () => ({ solver: euler() }) },
    ...perBudget,
    { name: 'flat', schedule: full, options: () => ({ policy: flatSegment(FLAT), extrapolator: linear }) },
    {
      name: 'paper',
      schedule: full,
      options: () => ({ policy: frozen(paperPolicy().policy), policyState: paper, extrapolator: linear }),
    },
  ]
}
