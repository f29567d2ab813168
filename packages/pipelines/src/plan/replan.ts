import {
  invalidArgument,
  numStepsOf,
  type Plan,
  type PlanDocument,
  type PolicyStore,
  parsePlan,
  type Replanned,
  type ReplanOptions,
  replan,
} from '@fastflow/core'
import { checkCallback, type OptionNames } from '@fastflow/core/backend'
import { attempt, teller } from '../notes.ts'
import { type RunSettings, runNames } from '../task/options.ts'
import type { CalibrationSource } from './calibrate.ts'
import { checkPlanDocument } from './check-document.ts'
import { planDigest, planKeyOf } from './key.ts'
import type { CalibrationOptions } from './options.ts'

/** From what to plan again, how far, and at what cost. */
export interface ReplanningOptions
  extends RunSettings,
    Pick<
      ReplanOptions<Float32Array>,
      'evaluations' | 'runs' | 'upTo' | 'tolerance' | 'signal' | 'onProgress'
    >,
    Pick<CalibrationOptions, 'prompts' | 'images' | 'onNote'> {
  /** Made for another model, guidance, size or number of steps. */
  readonly plan: PlanDocument | Plan
}

export const replanningNames: OptionNames<ReplanningOptions> = {
  ...runNames,
  plan: true,
  evaluations: true,
  runs: true,
  upTo: true,
  tolerance: true,
  signal: true,
  onProgress: true,
  prompts: true,
  images: true,
  onNote: true,
}

/** Plans again from a plan made for something else, and stores the result where `accelerate: 'plan'` finds it. */
export async function replanFor(
  { run, noise, velocityOf }: CalibrationSource,
  options: ReplanningOptions,
  store: PolicyStore,
): Promise<Replanned> {
  checkPlanDocument('plan', options.plan)
  checkCallback('onNote', options.onNote, '(note) => ...')
  const { solver, schedule, ...key } = planKeyOf(run)
  const plan = parsePlan(options.plan, { ...(solver && { solver }) })
  const steps = numStepsOf(schedule)
  if (steps <= plan.budgets[0]!)
    throw invalidArgument(
      'numSteps',
      `is ${steps}, the smallest plan has ${plan.budgets[0]} evaluations; plan for more`,
    )
  await store.check?.()
  const { evaluations, runs, upTo, tolerance, signal, onProgress, onNote } = options
  const given = { evaluations, runs, upTo, tolerance, signal, onProgress }
  const result = await replan(plan, {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    velocityOf,
    noise,
    schedule,
    guided: run.guided && plan.passes.length > 0,
    key,
  })
  const notes: string[] = []
  const tell = teller(notes, onNote)
  await attempt(notes, 'the plan cannot be stored', () =>
    store.save(planDigest(planKeyOf(run)), result.plan.document),
  )
  tell()
  return result
}
