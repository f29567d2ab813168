import { createRandom, emulate } from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitJump, type JumpEquations, residualOf } from '../src/plan/fit/fit.ts'
import { createRehearsal, leaveOneOut } from '../src/plan/fit/rehearse.ts'
import { solveSymmetric } from '../src/plan/fit/solve.ts'
import { incrementsOf } from '../src/plan/price/increments.ts'
import { recordTrajectory } from '../src/plan/record/record.ts'
import { float32Space } from '../src/space/float32.ts'
import { noise, record, schedule, unhurried } from './support/plan.ts'

const dimension = 12

/** Equations of one sample whose way is the given combination of random basis vectors plus noise. */
function equations(seed: number, weights: readonly number[], blur = 0): JumpEquations {
  const { next } = createRandom(seed)
  const vector = (): number[] => Array.from({ length: dimension }, () => 2 * next() - 1)
  const basis = weights.map(vector)
  const off = vector()
  const way = off.map((value, k) => weights.reduce((sum, w, a) => sum + w * basis[a]![k]!, blur * value))
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, k) => sum + value * b[k]!, 0)
  return {
    basis: Float64Array.from(basis.flatMap((a) => basis.map((b) => dot(a, b)))),
    towards: Float64Array.from(basis, (a) => dot(a, way)),
    distance: dot(way, way),
  }
}

const weight = fc.double({ min: -1, max: 1, noNaN: true })

describe('solveSymmetric', () => {
  it('solves positive definite systems and refuses others', () => {
    const matrix = Float64Array.of(4, 2, 2, 3)
    const rhs = Float64Array.of(2, 5)
    expect(solveSymmetric(matrix, rhs, 2)).toBe(true)
    expect([...rhs].map((value) => value.toFixed(9))).toEqual(['-0.500000000', '2.000000000'])
    expect(solveSymmetric(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1), 2)).toBe(false)
  })
})

describe('fitJump', () => {
  it('recovers the weights that made the data when nothing pulls at them', () => {
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 5 }), fc.nat(999), (truth, seed) => {
        const samples = [0, 1, 2].map((n) => equations(seed * 3 + n, truth))
        const prior = truth.map((w) => w + 0.1)
        const fitted = fitJump(samples, prior, { ridge: 0, trust: 1e9 })
        for (const [a, w] of truth.entries()) expect(fitted[a]).toBeCloseTo(w, 5)
      }),
    )
  })

  it('stays at the prior under an infinite pull and inside the trust region always', () => {
    fc.assert(
      fc.property(
        fc.array(weight, { minLength: 2, maxLength: 5 }),
        fc.double({ min: 0.01, max: 2, noNaN: true }),
        (truth, trust) => {
          const prior = truth.map((_, a) => (a === 0 ? -0.1 : 0))
          const pulled = fitJump([equations(1, truth)], prior, { ridge: 1e12 })
          for (const [a, w] of prior.entries()) expect(pulled[a]).toBeCloseTo(w, 9)
          const free = fitJump([equations(1, truth)], prior, { ridge: 0, trust })
          const change = prior.reduce<number>((sum, w, a) => sum + Math.abs(free[a]! - w), 0)
          expect(change).toBeLessThanOrEqual(trust * 0.1 * (1 + 1e-9))
        },
      ),
    )
  })

  it('is not steered by one run near a basin boundary', () => {
    const usual = Array.from({ length: 7 }, (_, n) => equations(n, [-0.5, 0.2], 0.01))
    const astray = equations(50, [8, -9], 0.01)
    const fitted = fitJump([...usual, astray], [-0.4, 0], { ridge: 0, trust: 1e9 })
    expect(fitted[0]).toBeCloseTo(-0.5, 1)
    expect(fitted[1]).toBeCloseTo(0.2, 1)
  })

  it('keeps the prior where a jump has nothing to learn from', () => {
    const empty = { basis: new Float64Array(4), towards: new Float64Array(2), distance: 0 }
    expect([...fitJump([empty], [-0.1, 0.02])]).toEqual([-0.1, 0.02])
  })
})

describe('rehearsal', () => {
  const prior = emulate(2)
  const increments = incrementsOf(schedule.sigmas, 'baseline')
  const common = { increments, sigmas: schedule.sigmas, prior, depth: 3, fit: {}, pace: unhurried }

  it('gives a full run no error', async () => {
    const rehearsal = await createRehearsal({ ...common, grams: [(await record(1)).gram] })
    const path = Array.from({ length: 31 }, (_, k) => k)
    expect((await rehearsal.errors({ path }))[0]).toBeLessThan(1e-12)
  })

  it('fits better than the prior, and its residuals agree with the fit', async () => {
    const { gram } = await record(1)
    const path = [0, 4, 9, 15, 22, 30]
    const fitted = await createRehearsal({ ...common, grams: [gram] })
    const plain = await createRehearsal({ ...common, grams: [gram], fit: { ridge: 1e12 } })
    expect((await fitted.errors({ path }))[0]!).toBeLessThan((await plain.errors({ path }))[0]!)
    const sample = equations(1, [-0.5, 0.2])
    expect(residualOf(sample, [-0.5, 0.2], [0, 0])).toBeCloseTo(0, 9)
  })

  it('forecasts exactly where the velocity answers to an error as it was told', async () => {
    const response = -1.5
    const bent = (sigma: number, k: number): number => Math.sin(3 * sigma + k)
    const velocity = (x: Float32Array, sigma: number): Float32Array =>
      x.map((value, k) => response * value + bent(sigma, k))
    const x0 = noise(4)
    const { gram, states } = await recordTrajectory({
      velocity,
      schedule,
      space: float32Space,
      noise: x0,
      seed: 4,
    })
    const rehearsal = await createRehearsal({ ...common, grams: [gram], responses: [0, response] })
    const path = [0, 4, 9, 15, 22, 30]
    const weights = await rehearsal.weights({ path })
    const seen: Float32Array[] = []
    let x = x0
    for (const [m, row] of weights.entries()) {
      seen.unshift(velocity(x, schedule.sigmas[path[m]!]!))
      x = x.map((value, k) => row.reduce((sum, weight, a) => sum + weight * seen[a]![k]!, value))
    }
    const error = float32Space.meanSquaredDifference(x, states.at(-1)!) as number
    const [unanswered, answered] = await rehearsal.errors({ path }, weights)
    expect(answered! / error).toBeCloseTo(1, 3)
    expect(unanswered! / error).not.toBeCloseTo(1, 1)
  })

  it('leaves each run out once, and none the last time', async () => {
    const runs = await Promise.all([1, 2, 3].map((seed) => record(seed)))
    const grams = runs.map(({ gram }) => gram)
    const rehearsals = await leaveOneOut({ ...common, grams })
    const path = [0, 6, 12, 20, 30]
    const errors = await Promise.all(rehearsals.map((rehearsal) => rehearsal.errors({ path })))
    expect(errors.map(({ length }) => length)).toEqual([2, 2, 2, 3])
    const without = await createRehearsal({ ...common, grams: [grams[0]!, grams[2]!] })
    expect(await rehearsals[1]!.weights({ path })).toEqual(await without.weights({ path }))
  })
})
