import type { AbortSignalLike } from '@fastflow/core'
import { float32Space, numStepsOf, recordTrajectory, type Schedule, type Trajectory } from '@fastflow/core'
import type { BenchSource } from './source.ts'

export interface RecordRunOptions {
  readonly schedule: Schedule
  readonly guidanceScale: number
  /** Of the noise, and of the subject, which goes in turn. */
  readonly seed: number
  readonly signal: AbortSignalLike
}

/** One full run, kept for planning. */
export async function recordRun(
  pipe: BenchSource,
  { schedule, guidanceScale, seed, signal }: RecordRunOptions,
): Promise<Trajectory<Float32Array>> {
  const numSteps = numStepsOf(schedule)
  const flow = await pipe.prepareTurn(seed, { seed, guidanceScale, numSteps, signal })
  const { velocity, noise } = flow
  return recordTrajectory({ velocity, schedule, space: float32Space, noise, seed, signal })
}

/** Root mean square of the velocity at each step of a run, which some rules are calibrated with. */
export function velocityNorms({ gram }: Trajectory<Float32Array>, numSteps: number): readonly number[] {
  return Array.from({ length: numSteps }, (_, k) => Math.sqrt(gram[k * numSteps + k]!))
}
