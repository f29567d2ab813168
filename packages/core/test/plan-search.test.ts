import { emulate, linearSchedule, shiftedSchedule } from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RehearsalOptions } from '../src/plan/fit/rehearse.ts'
import { createRehearsal } from '../src/plan/fit/rehearse.ts'
import { ruleRow } from '../src/plan/fit/route.ts'
import { priorRule } from '../src/plan/fit/visit.ts'
import { blurred } from '../src/plan/price/blurred.ts'
import { createEdgeErrors, type EdgeErrors } from '../src/plan/price/edges.ts'
import { incrementsOf } from '../src/plan/price/increments.ts'
import { nearestIndex } from '../src/plan/price/nearest-index.ts'
import { shortestPaths } from '../src/plan/price/shortest-path.ts'
import type { Candidate } from '../src/plan/search/candidate.ts'
import { createProposals, type Proposals, shiftedPath } from '../src/plan/search/candidates.ts'
import { climb, movesOf } from '../src/plan/search/climb.ts'
import { fitResponse } from '../src/plan/search/response.ts'
import type { Found } from '../src/plan/search/search.ts'
import { searchBudgets } from '../src/plan/search/search.ts'
import type { Trial } from '../src/plan/search/trial.ts'
import type { Trials } from '../src/plan/search/trials.ts'
import { quadratic, record, recordedEdges, schedule, unhurried } from './support/plan.ts'

describe('edge errors', () => {
  it('equal the quadratic form of the jump they stand for', async () => {
    const { gram } = await record(1)
    const { sigmas } = schedule
    const edges = await createEdgeErrors([gram], incrementsOf(sigmas, 'baseline'), sigmas, unhurried)
    const out = new Float64Array(1)
    const triple = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(triple, (indices) => {
        const [p, i, j] = indices.sort((a, b) => a - b) as [number, number, number]
        const weights = ruleRow(emulate(2), sigmas, [i, p], i, j)
        const difference = new Float64Array(30)
        for (let k = i; k < j; k++) difference[k] = sigmas[k + 1]! - sigmas[k]!
        difference[i]! -= weights[0]!
        difference[p]! -= weights[1]!
        edges.measure(out, p, i, j)
        expect(out[0]).toBeCloseTo(quadratic(gram, difference), 10)
      }),
    )
  })

  it('vanish where nothing is skipped', async () => {
    const edges = await recordedEdges([1, 2])
    const out = new Float64Array(2)
    for (let i = 1; i < 30; i++) {
      edges.measure(out, i - 1, i, i + 1)
      expect(Math.max(...out)).toBeLessThan(1e-12)
    }
  })
})

describe('errors blurred over neighbouring steps', () => {
  const measured = (edges: EdgeErrors, p: number, i: number, j: number): number => {
    const out = new Float64Array(1)
    edges.measure(out, p, i, j)
    return out[0]!
  }

  it('are means over the jump itself and the same jump one step earlier and later, as far as there are such', async () => {
    const edges = await recordedEdges([1])
    const soft = blurred(edges)
    const own = (shift: number): number => measured(edges, 3 + shift, 7 + shift, 12 + shift)
    expect(measured(soft, 3, 7, 12)).toBeCloseTo((own(0) + (own(-1) + own(1)) / 2) / 2, 12)
    const early = measured(edges, 0, 4, 9)
    expect(measured(soft, 0, 4, 9)).toBeCloseTo((early + measured(edges, 1, 5, 10) / 2) / 1.5, 12)
    const late = measured(edges, 20, 25, 30)
    expect(measured(soft, 20, 25, 30)).toBeCloseTo((late + measured(edges, 19, 24, 29) / 2) / 1.5, 12)
  })

  it('leave the first jump, which has no velocity before it, as it is', async () => {
    const edges = await recordedEdges([1])
    expect(measured(blurred(edges), 0, 0, 5)).toBe(measured(edges, 0, 0, 5))
  })
})

describe('shortest paths', () => {
  const anyCost = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 343, maxLength: 343 })

  it('are the cheapest of all schedules of each length', async () => {
    const numSteps = 6
    await fc.assert(
      fc.asyncProperty(anyCost, async (table) => {
        const cost = (p: number, i: number, j: number): number => table[(p * 7 + i) * 7 + j]!
        const paths = await shortestPaths(numSteps, numSteps, cost, unhurried)
        for (let nfe = 1; nfe <= numSteps; nfe++) {
          const best = Math.min(...schedulesOf(numSteps, nfe).map((path) => totalOf(path, cost)))
          const path = paths.get(nfe)!
          expect(path).toHaveLength(nfe + 1)
          expect(totalOf(path, cost)).toBeCloseTo(best, 12)
        }
      }),
      { numRuns: 50 },
    )
  })
})

/** Rehearsals of a few recorded runs on the common grid. */
async function rehearsalOf(seeds: readonly number[]): Promise<RehearsalOptions> {
  const runs = await Promise.all(seeds.map((seed) => record(seed)))
  const { sigmas } = schedule
  const increments = incrementsOf(sigmas, 'baseline')
  const common = { sigmas, increments, prior: priorRule('baseline'), depth: 4, fit: { ridge: 0.2 } }
  return { ...common, grams: runs.map(({ gram }) => gram), pace: unhurried }
}

async function proposals(budgets: readonly number[]): Promise<Proposals> {
  const rehearsal = await rehearsalOf([1, 2])
  return createProposals({ edges: await recordedEdges([1, 2]), budgets, rehearsal, range: 2 })
}

describe('candidates', () => {
  it.each([undefined, -2, 1])(
    'have the budget asked for, start at 0, end at T and are all different (response %s)',
    async (response) => {
      const budgets = [5, 8, 29]
      const proposed = await proposals(budgets)
      for (const nfe of budgets) {
        const candidates = await proposed.candidates(nfe, response)
        for (const { path } of candidates) {
          expect(path).toHaveLength(nfe + 1)
          expect([path[0], path.at(-1)]).toEqual([0, 30])
          expect(path.every((index, m) => m === 0 || index > path[m - 1]!)).toBe(true)
        }
        expect(new Set(candidates.map(({ path }) => `${path}`)).size).toBe(candidates.length)
        expect(candidates.every((candidate) => candidate.response === response)).toBe(true)
      }
    },
  )

  it.each([undefined, -2])('begin with the best forecast (response %s)', async (response) => {
    const proposed = await proposals([6])
    const [first, ...others] = await proposed.candidates(6, response)
    const forecast = await proposed.forecaster(response)
    expect([first!.family, others[0]!.family]).toEqual(['climbed', 'tilted'])
    for (const { path } of others)
      expect(await forecast(first!.path)).toBeGreaterThanOrEqual(await forecast(path))
  })

  it('the safest forecasts best where errors grow most', async () => {
    const proposed = await proposals([6])
    const safest = await proposed.safest(6)
    const forecast = await proposed.forecaster(-3)
    expect(safest).toMatchObject({ family: 'climbed', response: -3 })
    for (const response of [undefined, 0])
      for (const { path } of await proposed.candidates(6, response))
        expect(await forecast(safest.path)).toBeGreaterThanOrEqual(await forecast(path))
  })

  it('lie on any grid: shifted paths are increasing whatever the schedule', () => {
    const shift = fc.double({ min: 0.2, max: 5, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), shift, shift, fc.nat(), (numSteps, own, wanted, draw) => {
        const { sigmas } = shiftedSchedule(numSteps, own)
        const budget = 1 + (draw % (numSteps - 1))
        const path = shiftedPath(sigmas, budget, wanted)
        expect(path[0]).toBe(0)
        expect(path.at(-1)).toBe(numSteps)
        expect(path.every((index, m) => m === 0 || index > path[m - 1]!)).toBe(true)
      }),
    )
  })

  it('find the nearest noise level', () => {
    const { sigmas } = linearSchedule(10)
    expect(nearestIndex(sigmas, 0.56)).toBe(4)
    expect(nearestIndex(sigmas, -1)).toBe(10)
  })
})

describe('climbing', () => {
  it('moves nodes towards what is worth more, and never the ends or past each other', async () => {
    const wanted = [0, 4, 9, 14, 20]
    const worth = async (path: readonly number[]): Promise<number> =>
      -path.reduce((sum, index, m) => sum + Math.abs(index - wanted[m]!), 0)
    expect(await climb([0, 5, 10, 15, 20], worth)).toEqual(wanted)
    expect(await climb([0, 1, 2, 3, 20], async () => 0)).toEqual([0, 1, 2, 3, 20])
    expect(movesOf([0, 1, 2, 20], 1)).toEqual([])
    expect(movesOf([0, 1, 3, 5], 2)).toEqual([
      [0, 1, 2, 5],
      [0, 1, 4, 5],
    ])
  })
})

describe('the response to errors', () => {
  const paths = [
    [0, 3, 8, 15, 22, 30],
    [0, 2, 5, 10, 18, 30],
    [0, 6, 12, 18, 24, 30],
  ]

  it.each([-3, -1, 0])('is found from walks of a model that has it: %d', async (response) => {
    const options = await rehearsalOf([1, 2, 3])
    const of = (value: number) => createRehearsal({ ...options, responses: [value] })
    // Any distance of all walks from what was forecast is to be ignored.
    const walk = async (path: readonly number[]): Promise<Trial> => {
      const weights = await (await of(0)).weights({ path })
      const errors = await (await of(response)).errors({ path }, weights.slice(0, -1))
      const scores = errors.map((mse, n) => 10 * Math.log10(4 / mse) - 3 - n)
      return { family: 'test', mode: 'rehearsed', parts: 1, path, weights, scores }
    }
    expect(await fitResponse(await Promise.all(paths.map(walk)), of, 2)).toBe(response)
  })

  it('is not known from one walk a budget', async () => {
    const options = await rehearsalOf([1])
    const trial: Trial = {
      family: '',
      mode: 'rehearsed',
      parts: 1,
      path: paths[0]!,
      weights: [],
      scores: [1],
    }
    expect(await fitResponse([trial], () => createRehearsal(options), 2)).toBeUndefined()
  })
})

describe('a budget that does no better than the one before it', () => {
  const of = (family: string, nfe: number): Candidate => {
    return { family, mode: 'rehearsed', parts: 1, path: [...Array(nfe).keys(), 30] }
  }

  async function search(scores: Record<string, readonly number[]>) {
    const walked: string[] = []
    const trials: Trials = {
      attempt: async (candidate) => {
        const name = `${candidate.family} ${candidate.path.length - 1}`
        walked.push(name)
        return { ...candidate, weights: [], scores: scores[name]! }
      },
      cost: () => 0,
      done: [],
      retain: () => {},
    }
    const found: ReadonlyMap<number, Found> = await searchBudgets({
      trials,
      ledger: { limit: 100, spent: 0, left: 100 },
      budgets: [4, 6],
      propose: async (nfe) => [of('learned', nfe)],
      otherwise: async (nfe) => ({ ...of('open', nfe), path: [0, ...of('', nfe).path.slice(2, -1), 29, 30] }),
      firstRound: 2,
      reserve: 0.5,
      onBudget: () => {},
    })
    return { found, walked }
  }

  it('has a schedule walked that rests on nothing learned, and takes the better one', async () => {
    const first = { 'learned 4': [40, 41], 'learned 6': [40, 39] }
    const { found } = await search({ ...first, 'open 6': [45, 44] })
    expect(found.get(6)!.winner.family).toBe('open')
    expect(found.get(6)!.rivals.map(({ family }) => family)).toEqual(['learned'])
    const worse = await search({ ...first, 'open 6': [30, 31] })
    expect(worse.found.get(6)!.winner.family).toBe('learned')
  })

  it('is the only one that has', async () => {
    const { walked } = await search({ 'learned 4': [40, 41], 'learned 6': [42, 43] })
    expect(walked).not.toContain('open 6')
  })
})

function schedulesOf(numSteps: number, nfe: number): number[][] {
  const extend = (path: readonly number[]): number[][] => {
    if (path.length === nfe) return [[...path, numSteps]]
    const next = Array.from({ length: numSteps - 1 - path.at(-1)! }, (_, k) => path.at(-1)! + 1 + k)
    return next.flatMap((index) => extend([...path, index]))
  }
  return extend([0])
}

function totalOf(path: readonly number[], cost: (p: number, i: number, j: number) => number): number {
  let total = 0
  for (let m = 0; m + 1 < path.length; m++) total += cost(path[Math.max(0, m - 1)]!, path[m]!, path[m + 1]!)
  return total
}
