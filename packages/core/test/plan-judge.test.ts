import {
  createSchedule,
  integrate,
  lagrangeWeights,
  linearSchedule,
  parsePlan,
  shiftedSchedule,
  unipc,
} from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { budgetsAlike } from '../src/plan/search/alike.ts'
import { advantage, byWalks, byWalksAndForecasts } from '../src/plan/search/judge.ts'
import { relativePath, ruleCandidates, ruleRows } from '../src/plan/search/rules.ts'
import type { Trial } from '../src/plan/search/trial.ts'
import { baselineMatrix } from '../src/solver/baseline-matrix.ts'
import { euler } from '../src/solver/euler.ts'

const trial = (family: string, scores: readonly number[], more: Partial<Trial> = {}): Trial => {
  const path = [0, family.charCodeAt(0) - 90, 40]
  return { family, mode: 'rehearsed', parts: 1, path, weights: [], scores, ...more }
}

/** Forecasts by the family's name. */
const saying = (table: Record<string, readonly number[]>) => async () => async (one: { family: string }) =>
  table[one.family]!

describe('the advantage of one candidate over another', () => {
  it('is the mean difference, one run next to a basin boundary cut', () => {
    expect(advantage([42, 41], [40, 40])).toBe(1.5)
    expect(advantage([42, 41], [40, 7])).toBe((2 + 4) / 2)
    expect(advantage([7, 41], [40, 40])).toBe((-4 + 1) / 2)
  })

  it('minds the worst tenth where there are many runs', () => {
    const even = new Array<number>(20).fill(40)
    const uneven = even.map((_, n) => (n < 4 ? 36 : 41.5))
    expect(advantage(uneven, even)).toBeCloseTo((0.4 - 4) / 2, 9)
    expect(advantage(uneven.slice(0, 15), even)).toBeCloseTo((4 * -4 + 11 * 1.5) / 15, 9)
  })
})

describe('a choice between walked candidates', () => {
  it('follows forecasts where walks scatter, and walks where forecasts were off', async () => {
    const forecasts = { d: [50, 50], e: [48, 48] }
    const [d, e] = [trial('d', [40, 44]), trial('e', [43, 43])]
    const scattered = [trial('f', [30, 52]), trial('g', [50, 33]), trial('h', [52, 31])]
    const even = { f: [45, 45], g: [45, 45], h: [45, 45] }
    const wary = byWalksAndForecasts(() => scattered, saying({ ...forecasts, ...even }))
    expect((await wary(d, e)).gain).toBeGreaterThan(0)
    const steady = [trial('f', [30, 30]), trial('g', [35, 35]), trial('h', [40, 40])]
    const wrong = { f: [60, 60], g: [50, 50], h: [40, 40] }
    const trusting = byWalksAndForecasts(() => steady, saying({ ...forecasts, ...wrong }))
    expect((await trusting(d, e)).gain).toBeLessThan(0)
    const before = (await byWalksAndForecasts(() => [], saying(forecasts))(d, e)).error
    expect((await trusting(d, e)).error).toBeLessThan(before)
  })

  it('takes off what forecasts favour fitted weights by', async () => {
    const rule = { mode: 'rule', rule: 'ab2' } as const
    const walked = ['f', 'h', 'j', 'l'].flatMap((name, k) => {
      const other = String.fromCharCode(name.charCodeAt(0) + 1)
      const path = [0, 5 + k, 10 + k, 40]
      return [trial(name, [40, 40], { path }), trial(other, [40, 40], { path, ...rule })]
    })
    const rosy: Record<string, readonly number[]> = { d: [50, 50], e: [46, 46] }
    for (const [k, { family }] of walked.entries()) rosy[family] = k % 2 === 0 ? [46, 46] : [42, 42]
    const compare = byWalksAndForecasts(() => walked, saying(rosy))
    const [d, e] = [trial('d', [40, 40]), trial('e', [40, 40], rule)]
    const unaware = byWalksAndForecasts(() => [], saying(rosy))
    expect((await unaware(d, e)).gain).toBeGreaterThan(0)
    expect((await compare(d, e)).gain).toBeLessThan(0)
    expect((await compare(e, d)).gain).toBeGreaterThan(0)
  })
})

it('budgets that do no better than a smaller one are known by it', async () => {
  const found = [trial('d', [40, 40]), trial('e', [40.5, 40.5]), trial('f', [45, 45])].map((winner, k) => {
    return [6 + k, { winner, rivals: [] }] as const
  })
  const doubtful: typeof byWalks = async (one, other) => ({ ...(await byWalks(one, other)), error: 1 })
  expect([...(await budgetsAlike(new Map(found), doubtful))]).toEqual([[7, 6]])
  expect([...(await budgetsAlike(new Map(found), byWalks))]).toEqual([])
})

describe('rules', () => {
  const setting = { target: 'baseline', solver: euler(), depth: 4 } as const

  it('lie on the model\u2019s own grid, whatever its shift, and on grids shifted against it', () => {
    const { sigmas } = shiftedSchedule(40, 3)
    expect(relativePath(sigmas, 8, 1)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40])
    expect(relativePath(sigmas, 8, 2)[4]).toBeLessThan(20)
    expect(relativePath(sigmas, 8, 1 / 2)[4]).toBeGreaterThan(20)
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 39 }),
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        (nfe, shift) => {
          const path = relativePath(sigmas, nfe, shift)
          expect([path.length, path[0], path.at(-1)]).toEqual([nfe + 1, 0, 40])
          expect(path.every((index, m) => m === 0 || index > path[m - 1]!)).toBe(true)
        },
      ),
    )
  })

  it('of a solver are its steps on the nodes alone', () => {
    const { sigmas } = linearSchedule(20)
    const path = [0, 3, 7, 12, 20]
    const rows = ruleRows('ab2', path, { ...setting, sigmas })
    const expected = new Float64Array(2)
    integrate(2).weights(expected, [sigmas[7]!, sigmas[3]!], 2, sigmas, 7, 12)
    expect(rows[2]!.slice(0, 2)).toEqual([...expected].map((w) => expect.closeTo(w, 12)))
    expect(rows[2]!.slice(2)).toEqual([expect.closeTo(0, 12)])
    const grid = path.map((index) => sigmas[index]!)
    const matrix = baselineMatrix(unipc(2), grid)
    const unipcRows = ruleRows('unipc2', path, { ...setting, sigmas })
    for (const [m, row] of unipcRows.entries())
      for (const [age, weight] of row.entries())
        expect(weight).toBeCloseTo(matrix[(m + 1) * 4 + m - age]! - matrix[m * 4 + m - age]!, 9)
  })

  it('emulate the full run for plans of it alone', () => {
    const { sigmas } = linearSchedule(20)
    const of = (target: 'baseline' | 'exact') => ruleCandidates(sigmas, 5, target).map(({ rule }) => rule)
    expect(of('baseline')).toContain('emulate')
    expect(of('exact')).not.toContain('emulate')
    const line = ruleRows('emulate', [0, 4, 10, 20], { ...setting, sigmas })[1]!
    const by = new Float64Array(2)
    const sum = [0, 0]
    for (let k = 4; k < 10; k++) {
      lagrangeWeights(by, [sigmas[4]!, sigmas[0]!], 2, sigmas[k]!)
      for (const a of [0, 1]) sum[a]! += (sigmas[k + 1]! - sigmas[k]!) * by[a]!
    }
    expect(line).toEqual(sum.map((w) => expect.closeTo(w, 12)))
  })
})

it('a plan document may say which smaller plan is as good and how far to trust an estimate', () => {
  const { name, sigmas } = createSchedule('two', [1, 0.5, 0])
  const quality = { mean: 40, p10: 38, min: 37, runs: 4, basis: 'leave-one-out', error: 1.5 }
  const plan = { budget: 1, nfe: 1, nodes: [0], weights: [[-1]], quality, scores: [], scoredOn: [] }
  const document = (entry: object) => ({
    format: 'fastflow-plan',
    version: 4,
    key: {
      model: null,
      schedule: { name, sigmas },
      guidance: null,
      dims: null,
      dtype: null,
      basis: { order: 'newest-first', depth: 4 },
      target: 'baseline',
    },
    calibration: { seeds: [1], heldOut: [], evaluations: 2, fullGenerations: 1, borrowed: 0, range: 2 },
    floor: { fewerSteps: [], exact: [] },
    plans: [{ ...plan, ...entry }],
  })
  expect(parsePlan(document({ notBetterThan: 1 })).entry(1)).toMatchObject({ notBetterThan: 1, quality })
  expect(() => parsePlan(document({ notBetterThan: 'one' }))).toThrow('plans[0].notBetterThan')
  expect(() => parsePlan(document({ quality: { ...quality, error: -1 } }))).toThrow('plans[0].quality.error')
})
