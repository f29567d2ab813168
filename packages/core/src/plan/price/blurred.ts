import type { EdgeErrors } from './edges.ts'
import { EXACT_STEPS } from './factor.ts'

/** Strides that jumps are moved by. */
const shifts = [0, -1, 1] as const

/**
 * Every jump's error as the mean of its own and those of the same jump one step earlier and later, which count half; on grids of
 * more than 64 steps as many steps as are one of 64.
 *
 * What one run finds hard or easy at one step another finds a step beside it: schedules planned from a single run lose less
 * on others so.
 */
export function blurred(edges: EdgeErrors): EdgeErrors {
  const { numSteps, runs } = edges
  const shifted = new Float64Array(runs)
  const stride = Math.max(1, Math.round(numSteps / EXACT_STEPS))
  return {
    numSteps,
    runs,
    measure(out, previous, i, j) {
      out.fill(0)
      let total = 0
      for (const strides of shifts) {
        const shift = strides * stride
        // The first jump, without a velocity before it, has no neighbours; others stay between the first node and the end.
        if (shift !== 0 && (previous === i || previous + shift < 0 || j + shift > numSteps)) continue
        const weight = shift === 0 ? 1 : 0.5
        edges.measure(shifted, previous + shift, i + shift, j + shift)
        for (let n = 0; n < runs; n++) out[n]! += weight * shifted[n]!
        total += weight
      }
      for (let n = 0; n < runs; n++) out[n]! /= total
    },
  }
}
