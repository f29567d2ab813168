import { linearSchedule, sample } from '@fastflow/core'
import { float64Space } from '@fastflow/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type VdeOptions, vde } from '../src/index.ts'
import {
  arbitrarySigmas,
  arbitraryStart,
  combine,
  expectSameAsOnline,
  length,
  type OnlineRule,
} from './support/online.ts'
import { expectFigures } from './support/reference.ts'

/** The published loop. */
function original({ stableStep, interval }: VdeOptions): OnlineRule {
  const anchors: { sigma: number; alpha: number; beta: number }[] = []
  let normal: Float64Array | undefined
  return ({ index, numSteps, sigma, x, compute }) => {
    const size = length(x)
    if (index <= stableStep || index === numSteps - 1 || (index - stableStep) % interval === 0) {
      const v = compute()
      const along = v.reduce((sum, value, k) => sum + (value * x[k]!) / size, 0)
      const across = combine([1, v], [-along / size, x])
      normal = across.map((value) => value / length(across))
      anchors.push({ sigma, alpha: along / size, beta: length(across) / size })
      return v
    }
    const [before, last] = anchors.slice(-2) as [(typeof anchors)[0], (typeof anchors)[0]]
    const share = (sigma - before.sigma) / (last.sigma - before.sigma)
    const alpha = before.alpha + share * (last.alpha - before.alpha)
    const beta = before.beta + share * (last.beta - before.beta)
    return combine([alpha, x], [beta * size, normal!])
  }
}

describe('vde', () => {
  it('gives in one jump what the published loop gives step by step', async () => {
    const options = fc.record({
      stableStep: fc.integer({ min: 1, max: 8 }),
      interval: fc.integer({ min: 1, max: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(options, arbitrarySigmas, arbitraryStart, async (given, sigmas, x) => {
        await expectSameAsOnline(vde(given), original(given), sigmas, x)
      }),
    )
  })

  it.each([
    [{ stableStep: 2, interval: 3 }, 'CCCSSCSSCSSC', [1.47161392431127, -0.6331483797264, 3.25903193242847]],
    [{ stableStep: 1, interval: 4 }, 'CCSSSCSSSCSC', [1.92146604002322, -1.09067040806268, 3.28060084097442]],
  ])('comes to the figures of numpy, %j', async (given, decisions, figures) => {
    await expectFigures(vde(given), decisions, figures)
  })

  it('takes a velocity along the state, which has no other part', async () => {
    const { policy, extrapolator } = vde({ stableStep: 1, interval: 4 })
    const { x } = await sample({
      velocity: (x: Float64Array, _, { out }) => {
        for (let k = 0; k < x.length; k++) out[k] = x[k]!
        return out
      },
      schedule: linearSchedule(10),
      x: Float64Array.of(1, -2),
      space: float64Space,
      policy,
      extrapolator,
    })
    for (const [k, start] of [1, -2].entries()) expect(x[k]).toBeCloseTo(start * 0.9 ** 10, 6)
  })
})
