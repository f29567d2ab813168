import { checkOptions, type OptionNames } from '../../check/options.ts'
import { checkMethods } from '../../check/values.ts'
import type { Plan } from '../document/frontier.ts'
import type { Recorder } from '../record/recorder.ts'
import { calibrate } from './calibrate.ts'
import type { CalibrateOptions } from './options.ts'

/** How to plan from a run that is there: all options of a calibration but those that make runs. */
export type PlanRunOptions<T> = Omit<
  CalibrateOptions<T>,
  | 'velocity'
  | 'velocityOf'
  | 'noise'
  | 'recorded'
  | 'evaluations'
  | 'certify'
  | 'runs'
  | 'seeds'
  | 'floorRuns'
>

const names: OptionNames<PlanRunOptions<never>> = {
  schedule: true,
  solver: true,
  space: true,
  budgets: true,
  target: true,
  guided: true,
  passes: true,
  depth: true,
  ridge: true,
  range: true,
  key: true,
  start: true,
  signal: true,
  onProgress: true,
  checkpoint: true,
  onCheckpoint: true,
}

/**
 * Plans from one full run that was listened to. Cost: no evaluation; the quality that comes with the plans is `rehearsed`, several
 * dB too rosy.
 *
 * @throws FastFlowError `invalid-argument` where the run skipped steps or did not complete, `aborted`.
 */
export async function planRun<T>(recorder: Recorder<T>, options: PlanRunOptions<T>): Promise<Plan> {
  checkMethods('recorder', recorder, ['finish'], 'what createRecorder returned')
  checkOptions('options', options, names)
  return calibrate({ ...options, recorded: [await recorder.finish()], evaluations: 0 })
}
