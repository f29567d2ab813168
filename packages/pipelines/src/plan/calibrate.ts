import {
  calibrate,
  invalidArgument,
  numStepsOf,
  type Plan,
  type PolicyStore,
  type Velocity,
} from '@fastflow/core'
import { checkCallback } from '@fastflow/core/backend'
import { attempt, teller } from '../notes.ts'
import { type RunSettings, runNames } from '../task/options.ts'
import type { RunKey } from '../task/run.ts'
import { checkPlanDocument } from './check-document.ts'
import { planDigest, planKeyOf } from './key.ts'
import type { CalibrationOptions } from './options.ts'
import { readPlan } from './planned.ts'

/** The runs of a model to calibrate on, by their seeds. */
export interface CalibrationSource {
  readonly run: RunKey
  noise(seed: number): Float32Array
  velocityOf(seed: number): Velocity<Float32Array>
}

/**
 * Plans a frontier for a model and stores it where `accelerate: 'plan'` finds it; with `certify` one whose plans are certified
 * for `accelerate: { method: 'plan', psnr }`, at a cost that the first report states. A store that says it cannot be written to is
 * an error before anything is evaluated; one that fails at the end costs a note, and the plan is returned.
 */
export async function calibratePlan(
  { run, noise, velocityOf }: CalibrationSource,
  options: CalibrationOptions,
  store: PolicyStore,
): Promise<Plan> {
  const { schedule, range, guided, guidanceInterval } = run
  if (options.passes !== undefined && guidanceInterval !== undefined)
    throw invalidArgument(
      'passes',
      'are planned jointly where guidance acts at all noise levels; leave them out, plans for evaluations serve passes too',
    )
  if (numStepsOf(schedule) === 1)
    throw invalidArgument('numSteps', 'is 1, there is nothing to skip; plan for 2 or more')
  checkPlanDocument('start', options.start)
  checkCallback('onCheckpoint', options.onCheckpoint, '(checkpoint) => ...')
  checkCallback('onNote', options.onNote, '(note) => ...')
  const key = planKeyOf(run)
  const start =
    options.start === undefined ? undefined : readPlan({ document: options.start, source: 'start' }, key)
  await store.check?.()
  const notes: string[] = []
  const tell = teller(notes, options.onNote)
  const { onCheckpoint, onNote: _, ...planning } = planningOf(options)
  const { solver, ...planKey } = key
  const settings = {
    ...planning,
    ...(start && { start }),
    ...(solver && { solver }),
    guided,
    schedule,
    range,
    noise,
    velocityOf,
    key: planKey,
  }
  const frontier = await calibrate({
    ...settings,
    ...(onCheckpoint && { onCheckpoint: checked(onCheckpoint, notes, tell) }),
  })
  await attempt(notes, 'the plan cannot be stored', () => store.save(planDigest(key), frontier.document))
  tell()
  return frontier
}

/** A checkpoint that cannot be kept must not cost the calibration. */
function checked(
  onCheckpoint: NonNullable<CalibrationOptions['onCheckpoint']>,
  notes: string[],
  tell: () => void,
): NonNullable<CalibrationOptions['onCheckpoint']> {
  return (checkpoint) => {
    void attempt(notes, 'the checkpoint cannot be kept', () => onCheckpoint(checkpoint)).then(tell)
  }
}

/** The options of a calibration that the planner knows; the others say what is run. */
function planningOf(options: CalibrationOptions): Omit<CalibrationOptions, keyof RunSettings> {
  const { prompts: _prompts, images: _images, ...rest } = options
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !Object.hasOwn(runNames, name)))
}
