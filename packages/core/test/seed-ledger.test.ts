import { calibrate, certificateCost, refine, seedLedger, validatePlan } from '@fastflow/core'
import { describe, expect, it } from 'vitest'
import { flow, noise, small } from './support/plan.ts'

describe('a ledger of seeds', () => {
  it.each([1e300, 1e15, 2 ** 32 + 1, 2 ** 24, 2 ** 20 + 1, NaN, -1, 0.5, '3', undefined, null, Infinity])(
    'refuses to hand out %s seeds by name',
    (count) => {
      expect(() => seedLedger().fresh(count as number)).toThrow(
        expect.objectContaining({ code: 'invalid-argument', field: 'count' }),
      )
    },
  )

  it.each([NaN, 0.5, 1e300, '3', null])('refuses to begin at %s by name', (from) => {
    expect(() => seedLedger().fresh(1, from as number)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', field: 'from' }),
    )
  })

  it('goes on at 0 after the last noise there is, wherever it begins', () => {
    expect(seedLedger().fresh(3, 2 ** 32 - 2)).toEqual([2 ** 32 - 2, 2 ** 32 - 1, 0])
    expect(seedLedger().fresh(3, Number.MAX_SAFE_INTEGER)).toEqual([2 ** 32 - 1, 0, 1])
    expect(seedLedger([7]).fresh(2, -2)).toEqual([2 ** 32 - 2, 2 ** 32 - 1])
  })

  it.each([undefined, null, 5, 'x', [1.5], ['1'], [1n], {}])('takes whole numbers, not %o', (seeds) => {
    expect(() => seedLedger().take(seeds as number[])).toThrow(
      expect.objectContaining({ code: 'invalid-argument', field: 'seeds' }),
    )
  })

  it.each([Symbol('x'), 1n, Object.create(null), 'x', undefined])(
    'knows of whole numbers, case %#',
    (seed) => {
      expect(() => seedLedger().has(seed as number)).toThrow(
        expect.objectContaining({ code: 'invalid-argument', field: 'seed' }),
      )
    },
  )
})

describe('more runs than there can be', () => {
  const options = { velocity: flow, noise }

  it.each([1e15, 2 ** 32 + 1, 2 ** 20 + 1])(
    '%s runs are refused before anything is worked out',
    async (runs) => {
      const plan = await calibrate(small)
      const refused = expect.objectContaining({ code: 'invalid-argument', field: 'runs' })
      await expect(validatePlan(plan, { ...options, runs })).rejects.toEqual(refused)
      await expect(refine(plan, { ...options, runs })).rejects.toEqual(refused)
      await expect(calibrate({ ...small, runs, evaluations: Number.MAX_SAFE_INTEGER })).rejects.toEqual(
        refused,
      )
    },
  )

  it.each([0.9999999, 1 - 2 ** -53])('a confidence of %s that would take them, too', async (certify) => {
    const plan = await calibrate(small)
    const refused = expect.objectContaining({
      code: 'invalid-argument',
      field: 'certify',
      message: expect.stringMatching(/^certify: .* takes \d+ held-out runs, .* at most 0\.999999/),
    })
    await expect(validatePlan(plan, { ...options, certify })).rejects.toEqual(refused)
    await expect(calibrate({ ...small, certify })).rejects.toEqual(refused)
    expect(() => certificateCost(plan, certify)).toThrow(expect.objectContaining({ field: 'confidence' }))
  })
})
