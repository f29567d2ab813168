import {
  type CalibrateOptions,
  calibrate,
  type Frontier,
  invalidArgument,
  type PolicyStore,
  type Velocity,
} from '@fastflow/core'
import type { RunKey } from '../policy/document.ts'
import type { ImageInput, RunSettings } from '../task/options.ts'
import { planDigest, planKeyOf } from './key.ts'
import { readPlan } from './planned.ts'

/** What to plan for, at what cost. */
export interface CalibrationOptions
  extends RunSettings,
    Pick<
      CalibrateOptions<Float32Array>,
      | 'budgets'
      | 'passes'
      | 'evaluations'
      | 'certify'
      | 'target'
      | 'start'
      | 'signal'
      | 'onProgress'
      | 'checkpoint'
      | 'onCheckpoint'
    > {
  /** What calibration runs show, in turn, for models that read text. Default: the model's own list. */
  readonly prompts?: readonly string[]
  /** Pictures that are edited, in turn, for image editing, in the model's size. Default: coloured shapes. */
  readonly images?: readonly ImageInput[]
}

/** The runs of a model to calibrate on, by their seeds. */
export interface CalibrationSource {
  readonly run: RunKey
  noise(seed: number): Float32Array
  velocityOf(seed: number): Velocity<Float32Array>
}

/**
 * Plans a frontier for a model and stores it where `accelerate: 'plan'` finds it; with `certify` one whose plans are certified
 * for `accelerate: { method: 'plan', psnr }`, at a cost that the first report states.
 */
export async function calibratePlan(
  { run, noise, velocityOf }: CalibrationSource,
  options: CalibrationOptions,
  store: PolicyStore,
): Promise<Frontier> {
  const { schedule, range, guided, guidanceInterval } = run
  if (options.passes !== undefined && guidanceInterval !== undefined)
    throw invalidArgument(
      'passes',
      'are planned jointly where guidance acts at all noise levels; leave them out, plans for evaluations serve passes too',
    )
  const key = planKeyOf(run)
  if (options.start) readPlan({ document: options.start.document, source: 'start' }, key)
  const frontier = await calibrate({ ...options, guided, schedule, range, noise, velocityOf, key })
  await store.save(planDigest(key), frontier.document)
  return frontier
}
