import {
  type CalibrationProgress,
  calibrate,
  type Frontier,
  invalidArgument,
  numStepsOf,
  type PlanTarget,
  parsePlan,
  type Schedule,
} from '@fastflow/core'
import type { Method } from './method.ts'
import { recordRun } from './record-run.ts'
import type { TurnPipeline } from './turns.ts'

export interface PlanSettings {
  readonly schedule: Schedule
  readonly guidanceScale: number
  readonly budgets: readonly number[]
  readonly signal: AbortSignal
}

/** What one full run of a calibration is planned with. */
export type PlanProgress = (progress: CalibrationProgress) => void

/** Frontiers by the family of their rows. */
export interface Plans {
  /** Calibrated at the default cost, or the model's own. */
  readonly plan: Frontier
  /** From a single ordinary generation. */
  readonly plan1?: Frontier
  /** As `plan`, fitted to the exact solution. */
  readonly 'plan-exact'?: Frontier
  /** Searched on the noises of the bench itself. */
  readonly oracle?: Frontier
}

/** Seed of the one generation that `plan1` is planned from. */
const SINGLE_SEED = 2 ** 31 - 1

/** Calibrates on noises no sample uses, the classes in turn. */
export function makePlan(
  pipe: TurnPipeline,
  settings: PlanSettings,
  target: PlanTarget,
  onProgress: PlanProgress,
): Promise<Frontier> {
  const { schedule, guidanceScale, signal } = settings
  const numSteps = numStepsOf(schedule)
  return pipe.calibrate({
    numSteps,
    guidanceScale,
    budgets: plannable(settings),
    // Joint plans are compared with the full run alone.
    ...(target === 'exact' && { passes: [] }),
    target,
    signal,
    onProgress,
  })
}

/** Plans from one full run, with no evaluation more. */
export async function makeSinglePlan(pipe: TurnPipeline, settings: PlanSettings): Promise<Frontier> {
  const { schedule, guidanceScale } = settings
  const run = await recordRun(pipe, { schedule, guidanceScale, seed: SINGLE_SEED, parts: true })
  const guided = run.firstParts !== undefined
  const budgets = plannable(settings)
  return calibrate({ schedule, budgets, recorded: [run], evaluations: 0, guided, passes: [] })
}

/**
 * The plan that users get who do not calibrate: the one the model brings, else one from a single ordinary generation.
 *
 * Cost: one generation with the largest budget, or one full run.
 */
export async function ownPlan(pipe: TurnPipeline, settings: PlanSettings): Promise<Frontier> {
  const { schedule, guidanceScale, signal } = settings
  const numSteps = numStepsOf(schedule)
  const accelerate = { method: 'plan', nfe: Math.max(...plannable(settings)) } as const
  const { plan, notes } = await pipe.generateTurn(0, {
    seed: SINGLE_SEED,
    numSteps,
    guidanceScale,
    accelerate,
    signal,
  })
  if (plan === undefined) throw invalidArgument('--steps', `${notes.join('; ')}: there is nothing to plan`)
  return parsePlan(plan)
}

function plannable({ schedule, budgets }: PlanSettings): readonly number[] {
  return budgets.filter((nfe) => nfe < numStepsOf(schedule))
}

/** The plans of all frontiers at one budget. */
export function planMethods(schedule: Schedule, plans: Plans, nfe: number): readonly Method[] {
  return Object.entries<Frontier>({ ...plans }).map(([family, frontier]) => ({
    name: `${family}-${nfe}`,
    schedule,
    // A smaller plan that serves this budget too, or the full run.
    computation: `${family} ${frontier.entry(nfe)?.budget ?? 'full'}`,
    options: () => ({ policy: frontier.at(nfe) }),
  }))
}

/** The joint plans of a guided model: the best within so many network passes. */
export function jointMethods(schedule: Schedule, { plan }: Plans): readonly Method[] {
  return plan.passes.map((passes) => {
    const steps = plan.document.plans.indexOf(plan.entry({ passes })!)
    return {
      name: `plan-passes-${passes}`,
      schedule,
      computation:
        steps < 0 ? `plan ${plan.decisions({ passes })}` : `plan ${plan.document.plans[steps]!.budget}`,
      options: () => ({ policy: plan.at({ passes }) }),
    }
  })
}
