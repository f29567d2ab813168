import { checkOptions, type OptionNames } from './check/options.ts'
import { checkFunction, checkPositive, checkWhole } from './check/values.ts'
import { planRun } from './plan/calibrate/plan-run.ts'
import { usualBudgets } from './plan/calibrate/usual-budgets.ts'
import type { Plan } from './plan/document/frontier.ts'
import { parsePlan } from './plan/document/parse.ts'
import { createRecorder } from './plan/record/recorder.ts'
import type { Velocity } from './ports/velocity.ts'
import type { SampleOptions } from './sample/options.ts'
import type { SampleResult } from './sample/result.ts'
import { sample } from './sample/sample.ts'
import { linearSchedule } from './schedule/linear.ts'
import { checkSchedule, numStepsOf, type Schedule } from './schedule/schedule.ts'
import { checkNamedSolver } from './solver/check-solver.ts'
import type { Solver } from './solver/solver.ts'
import { defaultSpace } from './space/default-space.ts'

export interface AccelerateOptions {
  /** Evaluations a run: of the plans the largest of at most so many. The full run from the steps of the grid on. Default 12. */
  readonly nfe?: number
  /** The grid of the full run. Default that of `plan`, and else `linearSchedule(50)`. */
  readonly schedule?: Schedule
  /** Takes the steps of the full run, at one evaluation each. Default {@link euler}. */
  readonly solver?: Solver
  /** A plan made before, as {@link parsePlan} reads it: nothing is planned then. */
  readonly plan?: unknown
  /** Peak-to-peak range of the data behind PSNR figures. Default 2, for [-1, 1]. */
  readonly range?: number
}

/** What of a run is still open. */
export type AcceleratedRun<T> = Omit<
  SampleOptions<T, undefined>,
  'velocity' | 'schedule' | 'solver' | 'policy' | 'policyState' | 'extrapolator'
>

/** A velocity that is run at few of its steps. */
export interface Accelerated<T> {
  /** As {@link sample}: the first run evaluates every step, unless there is a plan; those after it `nfe` of them at most. */
  sample(run: AcceleratedRun<T>): Promise<SampleResult<T, undefined>>
  /** The plans that are followed; undefined before the first run has completed. `JSON.stringify` makes a file of them. */
  readonly plan: Plan | undefined
}

const names: OptionNames<AccelerateOptions> = {
  nfe: true,
  schedule: true,
  solver: true,
  plan: true,
  range: true,
}

const runNames: OptionNames<AcceleratedRun<never>> = {
  x: true,
  space: true,
  random: true,
  passesPerEvaluation: true,
  signal: true,
  onStep: true,
  trace: true,
  clock: true,
}

/**
 * Runs a velocity of your own at few of its steps: the first run is an ordinary full run, which is listened to, and the plan of
 * those after it comes from it at no evaluation of its own. Plans of `calibrate`, which take more runs, are more faithful; hand one
 * in as `plan`.
 *
 * Cost: T evaluations the first time, `nfe` at most then. The first run holds T velocities, and planning takes well under a second
 * for T = 50. A run that does not complete teaches nothing: the next is full too.
 *
 * @throws FastFlowError `invalid-argument`, and for `plan` what {@link parsePlan} throws.
 */
export function accelerate<T = Float32Array>(
  velocity: Velocity<T>,
  options: AccelerateOptions = {},
): Accelerated<T> {
  checkFunction('velocity', velocity, '(x, sigma, { out }) => out')
  checkOptions('options', options, names)
  const { nfe = 12, solver, range = 2 } = options
  if (options.schedule !== undefined) checkSchedule(options.schedule)
  if (solver !== undefined) checkNamedSolver('solver', solver)
  const expected = { ...(options.schedule && { schedule: options.schedule }), ...(solver && { solver }) }
  let plan = options.plan === undefined ? undefined : parsePlan(options.plan, expected)
  const schedule = options.schedule ?? plan?.document.key.schedule ?? linearSchedule(50)
  const numSteps = numStepsOf(schedule)
  checkWhole('nfe', nfe, 1)
  checkPositive('range', range)
  const own = { schedule, ...(solver && { solver }) }
  let policy = plan?.at(nfe)
  let listens = plan === undefined && nfe < numSteps

  async function listen(run: AcceleratedRun<T>): Promise<SampleResult<T, undefined>> {
    const space = run.space ?? defaultSpace(run.x)
    const recorder = createRecorder({ ...own, velocity, space, seed: 0 })
    const result = await sample<T>({ ...run, ...own, velocity: recorder.velocity })
    if (result.status.kind !== 'completed') return result
    const budgets = [...usualBudgets.filter((budget) => budget < numSteps), nfe]
    plan = await planRun(recorder, {
      ...own,
      space,
      range,
      budgets,
      ...(run.signal && { signal: run.signal }),
    })
    policy = plan.at(nfe)
    return result
  }

  return {
    async sample(run) {
      checkOptions('options', run, runNames)
      if (policy !== undefined) return sample({ ...run, schedule, velocity, policy })
      if (!listens) return sample({ ...run, ...own, velocity })
      // One run is enough: those that begin meanwhile are full runs too.
      listens = false
      return listen(run).finally(() => {
        listens = plan === undefined
      })
    },
    get plan() {
      return plan
    },
  }
}
