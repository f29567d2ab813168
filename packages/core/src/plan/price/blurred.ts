import type { EdgeErrors } from './edges.ts'

/** Steps that jumps are moved by. */
const shifts = [0, -1, 1] as const

/**
 * Every jump's error as the mean of its own and those of the same jump one step earlier and later, which count half.
 *
 * What one run finds hard or easy at one step another finds a step beside it: schedules planned from a single run lose less
 * on others so.
 */
export function blurred(edges: EdgeErrors): EdgeErrors {
  const { numSteps, runs } = edges
  const shifted = new Float64Array(runs)
  return {
    numSteps,
    runs,
    measure(out, previous, i, j) {
      out.fill(0)
      let total = 0
      for (const shift of shifts) {
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
