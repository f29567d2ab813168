import type { BenchTrajectory } from '@fastflow/bench'
import { fillNormal, linearSchedule, replay, sample } from '@fastflow/core'
import { chartSvg, trajectoryChart } from '@fastflow/report'
import { documentOf } from './document.ts'
import { decibels } from './psnr.ts'
import { ringVelocity } from './ring-flow.ts'

const STEPS = 50

/** Numbers of steps that one jump skips. */
const LENGTHS = [1, 4] as const

/** Points whose paths are averaged. */
const POINTS = 256

/**
 * Where the error comes from: runs of the ring flow that evaluate every step but those of one jump. Each dot is one run, at the
 * place where it jumps, as high as its end is close to the full run's.
 */
export async function jumpErrors(): Promise<string> {
  const full = await end('C'.repeat(STEPS))
  const trajectories: BenchTrajectory[] = []
  for (const length of LENGTHS) {
    const points: { sigma: number; psnr: number }[] = []
    // Linear forecasts take two velocities.
    for (let at = 2; at + length <= STEPS; at++) {
      const decisions = `${'C'.repeat(at)}${'S'.repeat(length)}${'C'.repeat(STEPS - at - length)}`
      points.push({ sigma: 1 - at / STEPS, psnr: decibels(await end(decisions), full) })
    }
    // Charts know colours and symbols by families of methods.
    trajectories.push({ method: length === 1 ? 'uniform-1' : `plan-${length}`, points })
  }
  const chart = trajectoryChart(documentOf({ model: 'ring', steps: STEPS, samples: 1, trajectories }))
  const label =
    'PSNR of the result against where the one jump of a run begins, for jumps over one and over four steps.'
  return chartSvg({ ...chart!, label }, { width: 640 })
}

async function end(decisions: string): Promise<Float32Array> {
  const { x } = await sample({
    velocity: ringVelocity,
    schedule: linearSchedule(STEPS),
    x: fillNormal(new Float32Array(2 * POINTS), 1),
    policy: replay(decisions),
  })
  return x
}
