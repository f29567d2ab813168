import type { AbortSignalLike } from '@fastflow/core'
import {
  type CalibrationProgress,
  calibrate,
  invalidArgument,
  numStepsOf,
  type Plan,
  type PlanDocument,
  type PlanTarget,
  parsePlan,
  type Schedule,
} from '@fastflow/core'
import type { Method } from '../method.ts'
import { generating } from '../source/generating.ts'
import { recordRun } from '../source/record-run.ts'
import type { BenchSource } from '../source/source.ts'

export interface PlanSettings {
  readonly schedule: Schedule
  readonly guidanceScale: number
  readonly budgets: readonly number[]
  readonly signal: AbortSignalLike
}

/** What one full run of a calibration is planned with. */
export type PlanProgress = (progress: CalibrationProgress) => void

/** Frontiers by the family of their rows. */
export interface Plans {
  /** Calibrated at the default cost, or the model's own. */
  readonly plan: Plan
  /** From a single ordinary generation. */
  readonly plan1?: Plan
  /** As `plan`, fitted to the exact solution. */
  readonly 'plan-exact'?: Plan
  /** Searched on the noises of the bench itself. */
  readonly oracle?: Plan
  /** Of a guided model: calibrated for network passes, at the default cost once more. */
  readonly joint?: Plan
}

/** Passes that joint plans are made for. */
const PASSES = [9, 13, 17, 21, 26] as const

/** Seed of the one generation that `plan1` is planned from. */
const SINGLE_SEED = 2 ** 31 - 1

/** Calibrates on noises no sample uses, the classes in turn. */
export function makePlan(
  pipe: BenchSource,
  settings: PlanSettings,
  aim: { readonly target?: PlanTarget; readonly passes?: readonly number[] },
  onProgress: PlanProgress,
): Promise<Plan> {
  const { schedule, guidanceScale, signal } = settings
  const numSteps = numStepsOf(schedule)
  const budgets = plannable(settings)
  return pipe.calibrate({ numSteps, guidanceScale, budgets, ...aim, signal, onProgress })
}

/** Joint plans; undefined for a model without guidance. */
export async function makeJointPlan(
  pipe: BenchSource,
  settings: PlanSettings,
  onProgress: PlanProgress,
): Promise<Plan | undefined> {
  const { schedule, guidanceScale, signal } = settings
  const { passesPerEvaluation } = await pipe.prepareTurn(0, { seed: 0, guidanceScale, signal })
  if (passesPerEvaluation !== 2) return undefined
  const passes = PASSES.filter((count) => count < 2 * numStepsOf(schedule))
  return makePlan(pipe, settings, { passes }, onProgress)
}

/** Plans from one full run, with no evaluation more. */
export async function makeSinglePlan(pipe: BenchSource, settings: PlanSettings): Promise<Plan> {
  const { schedule, guidanceScale, signal } = settings
  const run = await recordRun(pipe, { schedule, guidanceScale, seed: SINGLE_SEED, signal })
  return calibrate({ schedule, budgets: plannable(settings), recorded: [run], evaluations: 0, signal })
}

/**
 * The plan that users get who do not calibrate: the one the model brings, else one from a single ordinary generation.
 *
 * Cost: one generation with the largest budget, or one full run.
 */
export async function ownPlan(pipe: BenchSource, settings: PlanSettings): Promise<Plan> {
  const { schedule, guidanceScale, signal } = settings
  const numSteps = numStepsOf(schedule)
  const accelerate = { method: 'plan', nfe: Math.max(...plannable(settings)) } as const
  const { plan, notes } = await generating(pipe, 'plans').generateTurn(0, {
    seed: SINGLE_SEED,
    numSteps,
    guidanceScale,
    accelerate,
    signal,
  })
  if (plan === undefined) throw invalidArgument('numSteps', `${notes.join('; ')}: there is nothing to plan`)
  return parsePlan(plan)
}

/** A plan from elsewhere. @throws FastFlowError `policy-mismatch` where it was made for another grid. */
export function givenPlan(document: PlanDocument, schedule: Schedule): Plan {
  return parsePlan(document, { schedule })
}

function plannable({ schedule, budgets }: PlanSettings): readonly number[] {
  return budgets.filter((nfe) => nfe < numStepsOf(schedule))
}

/** The plans of all frontiers at one budget. */
export function planMethods(
  schedule: Schedule,
  { joint: _, ...plans }: Plans,
  nfe: number,
): readonly Method[] {
  return Object.entries<Plan>(plans).map(([family, frontier]) => ({
    name: `${family}-${nfe}`,
    schedule,
    // A smaller plan that serves this budget too, or the full run.
    computation: `${family} ${frontier.entry(nfe)?.budget ?? 'full'}`,
    options: () => ({ policy: frontier.at(nfe) }),
  }))
}

/** The joint plans of a guided model: the best within so many network passes. */
export function jointMethods(schedule: Schedule, { joint }: Plans): readonly Method[] {
  return (joint?.passes ?? []).map((passes) => ({
    name: `plan-passes-${passes}`,
    schedule,
    // Where the best plan within the passes is one without forecasts, both are the same run.
    computation: `joint ${joint!.decisions({ passes })}`,
    options: () => ({ policy: joint!.at({ passes }) }),
  }))
}
