import {
  type CalibrateOptions,
  calibrate,
  type Frontier,
  type PolicyStore,
  type Velocity,
} from '@fastflow/core'
import type { FlowOptions } from '../generate/options.ts'
import type { RunKey } from '../policy/document.ts'
import { planDigest, planKeyOf } from './key.ts'

/** What to plan for, at what cost. */
export interface CalibrationOptions
  extends Omit<FlowOptions, 'seed'>,
    Pick<
      CalibrateOptions<Float32Array>,
      'budgets' | 'evaluations' | 'target' | 'signal' | 'onProgress' | 'checkpoint' | 'onCheckpoint'
    > {}

/** The runs of a model to calibrate on, by their seeds. */
export interface CalibrationSource {
  readonly run: RunKey
  noise(seed: number): Float32Array
  velocityOf(seed: number): Velocity<Float32Array>
}

/** Plans a frontier for a model and stores it where `accelerate: 'plan'` finds it. */
export async function calibratePlan(
  { run, noise, velocityOf }: CalibrationSource,
  { numSteps: _, guidanceScale: __, ...options }: CalibrationOptions,
  store: PolicyStore,
): Promise<Frontier> {
  const key = planKeyOf(run)
  const frontier = await calibrate({ ...options, schedule: run.schedule, noise, velocityOf, key })
  await store.save(planDigest(key), frontier.document)
  return frontier
}
