import { float32Space, recordTrajectory, type Schedule } from '@fastflow/core'
import type { ClassToImagePipeline } from '@fastflow/pipelines'

/** Root mean square of the velocity at each step of one full run, which some rules are calibrated with. */
export async function velocityNorms(
  pipe: ClassToImagePipeline,
  schedule: Schedule,
  guidanceScale: number,
  seed: number,
): Promise<readonly number[]> {
  const numSteps = schedule.sigmas.length - 1
  const { velocity, noise } = pipe.prepare(seed % pipe.labels.length, { seed, guidanceScale, numSteps })
  const { gram } = await recordTrajectory({ velocity, schedule, space: float32Space, noise, seed })
  return Array.from({ length: numSteps }, (_, k) => Math.sqrt(gram[k * numSteps + k]!))
}
