import { createRandom, linearSchedule } from '@fastflow/core'
import { describe, expect, it } from 'vitest'
import { budCache, searchMask } from '../src/index.ts'
import { combine, expectSameAsOnline, flow, length, type OnlineRule, runOnline } from './support/online.ts'

const x = Float64Array.of(0.8, -1.1, 0.4)

/** The published loop. */
function original(mask: readonly number[]): OnlineRule {
  let residual: Float64Array | undefined
  return ({ index, x, compute }) => {
    if (mask[index] === 0) return combine([1, x], [1, residual!])
    const v = compute()
    residual = combine([1, v], [-1, x])
    return v
  }
}

describe('budCache', () => {
  it('reuses the residual where the mask skips, as the original does', async () => {
    const mask = [1, 1, 0, 0, 1, 0, 1, 0, 0, 0]
    const { decisions } = await expectSameAsOnline(
      budCache({ mask }),
      original(mask),
      linearSchedule(10).sigmas,
      x,
    )
    expect(decisions).toBe('CCSSCSCSSS')
  })

  it('comes to figures by hand: one evaluation, v = 2, x from 1', () => {
    // v - x = 1 is kept: 1 - 2 / 2 = 0, then 0 - (1 + 0) / 2.
    const { weights } = budCache({ mask: [1, 0] }).extrapolator
    const out = new Float64Array(1)
    weights(out, [1], 1, [1, 0.5, 0], 0, 2)
    expect(1 + 2 * out[0]!).toBe(-0.5)
  })
})

describe('searchMask', () => {
  /** Masks of 10 steps, 4 of them evaluated, the first of these fixed. */
  const all = Array.from({ length: 2 ** 9 }, (_, bits) => [
    1,
    ...Array.from({ length: 9 }, (_, k) => (bits >> k) & 1),
  ]).filter((mask) => mask.reduce((sum, one) => sum + one, 0) === 4)
  const { sigmas } = linearSchedule(10)
  const full = runOnline(flow.velocity, sigmas, x, original(Array(10).fill(1)))
  const lossOf = (mask: readonly number[]): number =>
    length(combine([1, runOnline(flow.velocity, sigmas, x, original(mask)).x], [-1, full.x])) ** 2 / 3
  const search = async (masks: number, seed = 1) => {
    const asked: string[] = []
    const mask = await searchMask({
      numSteps: 10,
      nfe: 4,
      masks,
      random: createRandom(seed).next,
      loss: async (mask) => {
        asked.push(mask.join(''))
        return lossOf(mask)
      },
    })
    return { mask, asked }
  }

  it('finds the best mask of all where it may try most of them', async () => {
    const least = Math.min(...all.map(lossOf))
    for (const seed of [1, 2, 3]) expect(lossOf((await search(80, seed)).mask)).toBe(least)
  })

  it('asks of no more masks than it may, of none twice, and returns the best of them', async () => {
    for (const masks of [1, 5, 30]) {
      const { mask, asked } = await search(masks)
      expect(asked.length).toBeLessThanOrEqual(masks)
      expect(new Set(asked).size).toBe(asked.length)
      for (const other of asked) {
        expect(other).toMatch(/^1/)
        expect([...other].filter((one) => one === '1')).toHaveLength(4)
        expect(lossOf(mask)).toBeLessThanOrEqual(lossOf([...other].map(Number)))
      }
    }
  })

  it('has nothing to search where every step is evaluated', async () => {
    const loss = async () => 0
    const random = createRandom(0).next
    expect(await searchMask({ numSteps: 3, nfe: 3, masks: 9, loss, random })).toEqual([1, 1, 1])
  })
})
