import {
  countingVelocity,
  gaussianFlow,
  mixtureFlow,
  nanVelocity,
  referenceSolution,
} from '@fastflow/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gaussian, mixture } from './support/runs.ts'

const sigmas = fc.double({ min: 0.01, max: 1, noNaN: true })
const points = fc.double({ min: -4, max: 4, noNaN: true })
const call = { index: 0, branch: 'both', signal: undefined } as const

function evaluate(
  flow: { velocity: typeof gaussian.velocity },
  x: readonly number[],
  sigma: number,
): Float64Array {
  return flow.velocity(Float64Array.from(x), sigma, { out: new Float64Array(x.length) })
}

/** `E[eps - x0 | x_sigma = x]` in one dimension by summing over x0, straight from the definition. */
function conditionalMean(density: (x0: number) => number, x: number, sigma: number): number {
  let [total, mass] = [0, 0]
  for (let x0 = -12; x0 <= 12; x0 += 1 / 512) {
    const eps = (x - (1 - sigma) * x0) / sigma
    const weight = density(x0) * Math.exp((-eps * eps) / 2)
    total += weight * (eps - x0)
    mass += weight
  }
  return total / mass
}

describe('Gaussian flow', () => {
  it('starts its paths at x and ends them at mean + std x', () => {
    const x = Float64Array.from([0.3, -2])
    expect(gaussian.solution(x, 1)).toEqual(x)
    expect(Array.from(gaussian.solution(x))).toEqual([1.5 + 0.6 * 0.3, -0.5 + 0.6 * -2])
  })

  it('has a velocity that is the slope of its solution', () => {
    fc.assert(
      fc.property(points, points, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (a, b, sigma) => {
        const x = Float64Array.from([a, b])
        const at = gaussian.solution(x, sigma)
        const step = 1e-6
        const [above, below] = [gaussian.solution(x, sigma + step), gaussian.solution(x, sigma - step)]
        const v = evaluate(gaussian, [...at], sigma)
        for (let k = 0; k < 2; k++) expect(v[k]!).toBeCloseTo((above[k]! - below[k]!) / (2 * step), 6)
      }),
    )
  })
})

describe('mixture flow', () => {
  it('is the conditional mean of eps - x0', () => {
    const flow = mixtureFlow({ weights: [0.7, 0.3], means: [[-1], [2]], std: 0.5 })
    const density = (x0: number): number =>
      0.7 * Math.exp(-((x0 + 1) ** 2) / 0.5) + 0.3 * Math.exp(-((x0 - 2) ** 2) / 0.5)
    for (const sigma of [0.05, 0.2, 0.5, 0.8, 1]) {
      for (const x of [-3, -0.4, 0, 0.5, 2.5]) {
        expect(evaluate(flow, [x], sigma)[0]!).toBeCloseTo(conditionalMean(density, x, sigma), 8)
      }
    }
  })

  it('with one component is the Gaussian flow, and does not depend on the scale of the weights', () => {
    fc.assert(
      fc.property(points, points, sigmas, (a, b, sigma) => {
        const one = mixtureFlow({ weights: [3], means: [[1.5, -0.5]], std: 0.6 })
        const split = mixtureFlow({
          weights: [2, 2],
          means: [
            [1.5, -0.5],
            [1.5, -0.5],
          ],
          std: 0.6,
        })
        const expected = evaluate(gaussian, [a, b], sigma)
        for (const flow of [one, split]) {
          const got = evaluate(flow, [a, b], sigma)
          for (let k = 0; k < 2; k++) expect(got[k]!).toBeCloseTo(expected[k]!, 10)
        }
      }),
    )
  })

  it('stays finite and picks the nearest component where every density underflows', () => {
    const narrow = mixtureFlow({ weights: [0.5, 0.5], means: [[-1], [1]], std: 1e-3 })
    const nearest = gaussianFlow({ mean: [1], std: 1e-3 })
    for (const sigma of [0, 1e-6, 1e-3]) {
      expect(evaluate(narrow, [50], sigma)[0]).toBe(evaluate(nearest, [50], sigma)[0])
    }
  })
})

describe('reference solution', () => {
  it('meets the closed form of the Gaussian flow, also between noise levels', () => {
    const x = Float64Array.from([0.7, -1.1])
    const end = referenceSolution(gaussian.velocity, x)
    const middle = referenceSolution(gaussian.velocity, x, { to: 0.4 })
    for (let k = 0; k < 2; k++) {
      expect(end[k]!).toBeCloseTo(gaussian.solution(x)[k]!, 11)
      expect(middle[k]!).toBeCloseTo(gaussian.solution(x, 0.4)[k]!, 11)
    }
    const rest = referenceSolution(gaussian.velocity, middle, { from: 0.4 })
    for (let k = 0; k < 2; k++) expect(rest[k]!).toBeCloseTo(end[k]!, 11)
  })

  it('is converged on the mixture and leaves its start alone', () => {
    const x = Float64Array.from([0.7, -1.1])
    const [fine, finer] = [2000, 4000].map((steps) => referenceSolution(mixture.velocity, x, { steps }))
    for (let k = 0; k < 2; k++) expect(fine![k]!).toBeCloseTo(finer![k]!, 11)
    expect(Array.from(x)).toEqual([0.7, -1.1])
  })
})

describe('fakes', () => {
  it('count, record and reset', () => {
    const counting = countingVelocity<Float64Array>(gaussian.velocity)
    const out = new Float64Array(1)
    counting.velocity(out, 0.5, { ...call, out })
    counting.velocity(out, 0.25, { ...call, index: 3, branch: 'conditional', out })
    expect(counting.calls).toEqual([
      { index: 0, sigma: 0.5, branch: 'both' },
      { index: 3, sigma: 0.25, branch: 'conditional' },
    ])
    counting.expectNfe(2)
    expect(() => counting.expectNfe(3)).toThrow('expected 3 evaluations, counted 2 (at indices 0, 3)')
    counting.reset()
    counting.expectNfe(0)
  })

  it('turn one evaluation into NaN', async () => {
    const x = Float32Array.from([1, 2])
    const velocity = nanVelocity<Float32Array>(4)
    expect(Array.from(await velocity(x, 1, { ...call, index: 3, out: new Float32Array(2) }))).toEqual([
      -1, -2,
    ])
    expect(Array.from(await velocity(x, 1, { ...call, index: 4, out: new Float32Array(2) }))).toEqual([
      -1,
      NaN,
    ])
  })
})
