import {
  emulate,
  float32Space,
  linearSchedule,
  replay,
  type SkipPolicy,
  sample,
  shiftedSchedule,
  type Velocity,
} from '@fastflow/core'
import { float64Space } from '@fastflow/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createErrorEstimate } from '../src/sample/estimate.ts'
import { mixture, noise, polynomialVelocity } from './support/runs.ts'

/** Replays decisions and has the mismatch measured. */
function measured(decisions: string): SkipPolicy<undefined> {
  return { ...replay(decisions), needs: ['mismatch'] }
}

const x = Float64Array.from([0.3, -1, 2])
const coefficient = fc.double({ min: -3, max: 3, noNaN: true })

/** Estimated and true mean squared difference to the full run, and the mismatches. */
async function estimateOf(velocity: Velocity<Float64Array>, decisions: string, order: 1 | 2 | 3 = 2) {
  const schedule = shiftedSchedule(decisions.length, 2)
  const options = { velocity, schedule, x, space: float64Space }
  const full = await sample(options)
  const fast = await sample({ ...options, policy: measured(decisions), extrapolator: emulate(order) })
  const { estimatedMse, mismatches } = fast.stats
  return {
    estimate: estimatedMse,
    mismatches,
    actual: await float64Space.meanSquaredDifference(fast.x, full.x),
  }
}

describe('the estimated error', () => {
  it.each([
    ['in the middle', 'CCCSSSCCCC'],
    ['at the end', 'CCCCCCCSSS'],
    ['long', 'CCCCSSSSSSSSSSC'],
  ])('is exact for one jump %s where the velocity is quadratic in sigma', async (_, decisions) => {
    await fc.assert(
      fc.asyncProperty(coefficient, coefficient, coefficient, async (a, b, c) => {
        fc.pre(Math.abs(c) > 0.01)
        const { estimate, actual } = await estimateOf(polynomialVelocity([a, b, c]), decisions)
        expect(Math.abs(estimate! - actual)).toBeLessThanOrEqual(1e-9 * actual)
      }),
      { numRuns: 20 },
    )
  })

  it.each([1, 2, 3] as const)(
    'follows the extrapolator: exact for order %i on a polynomial of that degree',
    async (order) => {
      const { estimate, actual } = await estimateOf(
        polynomialVelocity([1, -2, 3, 0.5].slice(0, order + 1)),
        'CCCCSSSCCCC',
        order,
      )
      expect(estimate).toBeCloseTo(actual, 12)
      expect(actual).toBeGreaterThan(1e-6)
    },
  )

  it('is zero where extrapolation is exact and nothing else is to be said', async () => {
    const { estimate, actual, mismatches } = await estimateOf(polynomialVelocity([1, 2]), 'CCCSSSCSSS')
    expect(Math.max(estimate!, actual, ...mismatches.slice(1))).toBeLessThan(1e-25)
  })

  it('is nothing for a full run and undefined when the run never lands', async () => {
    expect((await estimateOf(polynomialVelocity([1, 2, 3]), 'CCCCCC')).estimate).toBeLessThan(1e-25)
    expect((await estimateOf(polynomialVelocity([1, 2, 3]), 'CSSSSS')).estimate).toBeUndefined()
  })

  it('errs on the high side when the last jump rests on a first landing', async () => {
    // One slope has been seen, no curvature: the estimate is that of reusing the velocity.
    const { estimate, actual } = await estimateOf(polynomialVelocity([0, 1, 0.5]), 'CCSSSS')
    expect(estimate!).toBeGreaterThan(actual)
  })

  it('takes the lower of two orders for a last jump that no landing of its own order precedes', () => {
    const estimate = createErrorEstimate([1, 0.75, 0.5, 0.25, 0])
    estimate.ended([1], 1, 0, 4)
    expect(estimate.mse).toBeUndefined()
    // A step forecast through one node: curvature 0.01 / 0.25^2, and nothing is off at the node itself.
    estimate.landed([1], 1, 0, 1, 0.01)
    expect(estimate.mse).toBe(0)
    // 0.16 (-0.25 (0 - 0.25 - 0.5))^2
    estimate.ended([0.75, 1], 2, 1, 4)
    expect(estimate.mse).toBeCloseTo(0.005625, 15)
  })

  it('is of the right size on a flow that depends on the state', async () => {
    const schedule = linearSchedule(50)
    for (let seed = 1; seed <= 5; seed++) {
      const velocity: Velocity<Float32Array> = mixture.velocity
      const options = { velocity, schedule, x: noise(seed) }
      const full = await sample(options)
      const { x: fast, stats } = await sample({ ...options, policy: measured(`CCC${'CSSC'.repeat(11)}CSS`) })
      const actual = await float32Space.meanSquaredDifference(fast, full.x)
      const ratio = Math.sqrt(stats.estimatedMse! / actual)
      expect(ratio).toBeGreaterThan(0.1)
      expect(ratio).toBeLessThan(10)
    }
  })
})
