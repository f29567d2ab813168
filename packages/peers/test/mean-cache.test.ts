import { createSchedule, linearSchedule, sample } from '@fastflow/core'
import { float64Space } from '@fastflow/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { intervalSteps, type MeanCacheOptions, meanCache, publishedMeanCacheSteps } from '../src/index.ts'
import {
  arbitrarySigmas,
  arbitraryStart,
  combine,
  expectSameAsOnline,
  flow,
  length,
  type OnlineRule,
  runOnline,
} from './support/online.ts'

/** The published loop: logs every step, evaluated or not. */
function original({ k, steps }: MeanCacheOptions): OnlineRule {
  const log: { x: Float64Array; v: Float64Array; sigma: number }[] = []
  return ({ index, sigma, h, x, compute }) => {
    const used = log.slice(-k)
    let v: Float64Array
    if (index === 0 || steps.includes(index)) v = compute()
    else {
      const first = used[0]!
      const span = sigma - first.sigma
      const average = combine([1 / span, x], [-1 / span, first.x])
      v = combine([1, log.at(-1)!.v], [-h / span, first.v], [h / span, average])
    }
    log.push({ x, v, sigma })
    return v
  }
}

const arbitrarySteps = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 30 })

describe('meanCache', () => {
  it('with K = 1 reuses the velocity, as the original does', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySteps, arbitrarySigmas, arbitraryStart, async (steps, sigmas, x) => {
        const given = { k: 1, steps }
        await expectSameAsOnline(meanCache(given), original(given), sigmas, x)
      }),
    )
  })

  it('equals the original in a jump that follows on evaluated steps', async () => {
    const arbitraryK = fc.integer({ min: 2, max: 6 })
    await fc.assert(
      fc.asyncProperty(arbitraryK, arbitrarySigmas, arbitraryStart, async (k, sigmas, x) => {
        const given = { k, steps: [0, 1, 2, 3, 4, 5, 6] }
        await expectSameAsOnline(meanCache(given), original(given), sigmas, x)
      }),
    )
  })

  it.each([2, 3, 4, 5, 6])('stays close to the original on the published schedules, K = %i', async (k) => {
    const schedule = linearSchedule(50)
    for (const steps of Object.values(publishedMeanCacheSteps)) {
      const { policy, extrapolator } = meanCache({ k, steps })
      const x = Float64Array.of(0.8, -1.1, 0.4)
      const online = runOnline(flow.velocity, schedule.sigmas, x, original({ k, steps }))
      const result = await sample({
        velocity: flow.velocity,
        schedule,
        x,
        space: float64Space,
        policy,
        extrapolator,
      })
      const full = await sample({ velocity: flow.velocity, schedule, x, space: float64Space })
      expect(result.stats.decisions).toBe(online.decisions)
      expect(result.stats.nfe).toBe(steps.length)
      const own = length(combine([1, result.x], [-1, online.x]))
      expect(own).toBeLessThan(0.01 * length(combine([1, online.x], [-1, full.x])))
    }
  })

  it('gives weights that add up to the length of the jump', async () => {
    const { policy, extrapolator } = meanCache({ k: 3, steps: intervalSteps(40, 5, 2) })
    const schedule = createSchedule(
      'shifted',
      linearSchedule(40).sigmas.map((sigma) => sigma ** 1.3),
    )
    const options = { velocity: flow.velocity, schedule, x: Float64Array.of(1, 0, -1), space: float64Space }
    const { trace } = await sample({ ...options, policy, extrapolator, trace: true })
    for (const { index, decision } of trace) {
      const total = decision.weights!.reduce((sum, weight) => sum + weight, 0)
      expect(total).toBeCloseTo(schedule.sigmas[decision.landing]! - schedule.sigmas[index]!, 12)
    }
  })

  it('lists steps at an interval', () => {
    expect(intervalSteps(12, 4)).toEqual([0, 4, 8])
    expect(intervalSteps(12, 4, 3)).toEqual([0, 1, 2, 6, 10])
  })

  it('refuses what it cannot use', () => {
    expect(() => meanCache({ k: 0, steps: [] })).toThrow(/k: 0/)
    expect(() => meanCache({ k: 2, steps: [1.5] })).toThrow(/steps: 1.5/)
  })
})
