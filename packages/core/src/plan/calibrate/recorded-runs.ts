import { costOfRun } from '../record/record.ts'
import type { Trajectory } from '../record/trajectory.ts'
import { type Checkpoint, checkCheckpoint } from './checkpoint.ts'

/**
 * The runs of a checkpoint for `calibrate({ recorded, evaluations: 0 })`: it keeps their inner products and no states.
 *
 * @throws FastFlowError `policy-unreadable` for a malformed checkpoint.
 */
export function recordedRuns(checkpoint: Checkpoint): Trajectory<Float32Array>[] {
  checkCheckpoint(checkpoint, checkpoint)
  const { sigmas, target, solver, runs } = checkpoint
  return runs.map(({ seed, gram }) => ({
    seed,
    ...(solver !== undefined && { solver }),
    states: [],
    firstVelocity: new Float32Array(0),
    gram: Float64Array.from(gram),
    nfe: costOfRun(sigmas.length - 1, target),
  }))
}
