import type { Velocity } from '@fastflow/core'

/** Size of the perturbation, as root mean square; unit noise has 1. */
const SIZE = 0.02

/** A velocity that, the first time it is called past some grid index, evaluates once more beside the state. */
export interface ProbedVelocity {
  readonly velocity: Velocity<Float32Array>
  /** Evaluations up to the probe, the probed one included and the probe itself not; undefined before. */
  readonly at: () => number | undefined
  /** `|v(x + e) - v(x)|^2 / |e|^2`, how much the flow stretches a small error there. */
  readonly stretch: () => number | undefined
}

/**
 * Estimates the flow's sensitivity at the cost of one evaluation, along the change between the last two velocities: the direction
 * in which extrapolation errs.
 */
export function probed(plain: Velocity<Float32Array>, from: number): ProbedVelocity {
  let count = 0
  let previous: Float32Array | undefined
  let at: number | undefined
  let stretch: number | undefined
  return {
    at: () => at,
    stretch: () => stretch,
    async velocity(x, sigma, call) {
      const v = (await plain(x, sigma, call)).slice()
      count++
      if (at === undefined && previous !== undefined && call.index >= from) {
        at = count
        const direction = v.map((value, k) => value - previous![k]!)
        const scale = SIZE / Math.sqrt(meanSquare(direction))
        const beside = x.map((value, k) => value + scale * direction[k]!)
        const { index, signal } = call
        const out = new Float32Array(x.length)
        const other = await plain(beside, sigma, { index, branch: 'both', signal, out })
        stretch = meanSquare(other.map((value, k) => value - v[k]!)) / SIZE ** 2
      }
      previous = v
      return v
    },
  }
}

function meanSquare(values: Float32Array): number {
  let sum = 0
  for (const value of values) sum += value * value
  return sum / values.length
}
