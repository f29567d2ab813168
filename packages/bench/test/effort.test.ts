import { effortFor, expectedMs, leastMs, shareOf, timeEvaluation } from '@fastflow/bench'
import { describe, expect, test } from 'vitest'

describe('effort', () => {
  const pipe = { defaults: { numSteps: 50, guidanceScale: 2 } }
  const limits = { samples: 10, generations: 100 }

  test('is the most that fits, and falls as evaluations get dearer', () => {
    const efforts = [1, 5, 20, 100, 1000].map((each) => effortFor(pipe, 60_000, each, limits))
    expect(efforts[0]).toMatchObject({ plans: 'calibrated', exact: true, samples: 10, paperGenerations: 100 })
    expect(efforts.at(-1)).toMatchObject({ plans: 'own', exact: false, samples: 1, paperGenerations: 0 })
    const costs = efforts.map((terms) => expectedMs(terms, 1))
    expect(costs).toEqual([...costs].sort((a, b) => b - a))
    for (const [n, each] of [1, 5, 20, 100].entries())
      expect(expectedMs(efforts[n]!, each)).toBeLessThanOrEqual(60_000)
  })

  test('keeps to what the user allows', () => {
    expect(effortFor(pipe, 1e9, 1, { samples: 3, generations: 7 })).toMatchObject({
      samples: 3,
      paperGenerations: 7,
    })
  })

  test('is shared so that all get the least they need, and the rest in equal parts', () => {
    expect(shareOf(100, [10, 30])).toBe(40)
    expect(shareOf(60, [30])).toBe(60)
    expect(shareOf(5, [10, 30])).toBe(10)
    expect(leastMs(pipe, 2)).toBe(2 * expectedMs(effortFor(pipe, 0, 1, limits), 1))
  })

  test('is measured after a warm-up', async () => {
    let now = 0
    const took = { 2: 500, 4: 40 }
    const each = await timeEvaluation(
      async (numSteps) => {
        now += took[numSteps as 2 | 4]
      },
      () => now,
    )
    expect(each).toBe(10)
  })
})
