import { float32Space, numStepsOf, recordTrajectory, type Schedule, type Trajectory } from '@fastflow/core'
import type { TurnPipeline } from './turns.ts'

export interface RecordRunOptions {
  readonly schedule: Schedule
  readonly guidanceScale: number
  /** Of the noise, and of the subject, which goes in turn. */
  readonly seed: number
  /** Of a guided model, keep both parts of the velocity, for plans that treat them apart. Default false. */
  readonly parts?: boolean
}

/** One full run, kept for planning. */
export async function recordRun(
  pipe: TurnPipeline,
  { schedule, guidanceScale, seed, parts = false }: RecordRunOptions,
): Promise<Trajectory<Float32Array>> {
  const numSteps = numStepsOf(schedule)
  const flow = await pipe.prepareTurn(seed, { seed, guidanceScale, numSteps })
  const { velocity, noise, passesPerEvaluation } = flow
  const guided = parts && passesPerEvaluation === 2
  return recordTrajectory({ velocity, schedule, space: float32Space, noise, seed, guided })
}

/** Root mean square of the velocity at each step of a run, which some rules are calibrated with. */
export function velocityNorms({ gram }: Trajectory<Float32Array>, numSteps: number): readonly number[] {
  return Array.from({ length: numSteps }, (_, k) => Math.sqrt(gram[k * numSteps + k]!))
}
