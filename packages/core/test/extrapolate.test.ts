import {
  adamsBashforth,
  type Extrapolator,
  emulate,
  euler,
  integrate,
  ipndm,
  lagrangeWeights,
} from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryJump, type Jump } from './support/arbitraries.ts'

const orders = [1, 2, 3, 4] as const

function weightsOf(rule: Extrapolator, { sigmas, from, to, seen }: Jump): Float64Array {
  const nodes = seen.map((k) => sigmas[k]!)
  const out = new Float64Array(seen.length).fill(NaN)
  rule.weights(out, nodes, seen.length, sigmas, from, to)
  return out
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0)
const size = (values: Iterable<number>): number => sum([...values].map(Math.abs))

describe.each(orders)('of order %i', (order) => {
  it('emulate equals the Euler micro-steps it replaces', () => {
    const velocities = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(arbitraryJump(order), velocities, (jump, v) => {
        const { sigmas, from, to, seen } = jump
        const basis = new Float64Array(order)
        let [x, largest] = [0, 1]
        for (let k = from; k < to; k++) {
          lagrangeWeights(
            basis,
            seen.map((i) => sigmas[i]!),
            order,
            sigmas[k]!,
          )
          const forecast = sum(basis.map((weight, a) => weight * v[a]!))
          largest = Math.max(largest, Math.abs(forecast))
          x += (sigmas[k + 1]! - sigmas[k]!) * forecast
        }
        const jumped = sum(weightsOf(emulate(order), jump).map((weight, a) => weight * v[a]!))
        expect(Math.abs(jumped - x)).toBeLessThanOrEqual(1e-6 * largest)
      }),
    )
  })

  it('integrate is exact where the velocity is a polynomial of a degree below the order', () => {
    fc.assert(
      fc.property(arbitraryJump(order), (jump) => {
        const weights = weightsOf(integrate(order), jump)
        const [start, end] = [jump.sigmas[jump.from]!, jump.sigmas[jump.to]!]
        for (let power = 0; power < order; power++) {
          const got = sum(weights.map((weight, a) => weight * jump.sigmas[jump.seen[a]!]! ** power))
          const exact = (end ** (power + 1) - start ** (power + 1)) / (power + 1)
          expect(Math.abs(got - exact)).toBeLessThanOrEqual(1e-12 * (1 + size(weights)))
        }
      }),
    )
  })

  it.each([emulate(order), integrate(order)])('$name: weights sum to the width of the jump', (rule) => {
    fc.assert(
      fc.property(arbitraryJump(order), (jump) => {
        const width = jump.sigmas[jump.to]! - jump.sigmas[jump.from]!
        expect(Math.abs(sum(weightsOf(rule, jump)) - width)).toBeLessThanOrEqual(1e-9)
      }),
    )
  })

  it('emulate takes an Euler step, bit for bit, when nothing is skipped', () => {
    fc.assert(
      fc.property(arbitraryJump(order), (jump) => {
        const { sigmas, from } = jump
        const [first, ...others] = weightsOf(emulate(order), { ...jump, to: from + 1 })
        expect(first).toBe(sigmas[from + 1]! - sigmas[from]!)
        expect(others.every((weight) => weight === 0)).toBe(true)
      }),
    )
  })

  it.each([emulate(order), integrate(order), ipndm(order).rule])(
    '$name leaves alone what lies behind its weights',
    (rule) => {
      fc.assert(
        fc.property(arbitraryJump(order), ({ sigmas, from, to, seen }) => {
          const out = new Float64Array(order + 1).fill(7)
          const nodes = seen.map((k) => sigmas[k]!)
          rule.weights(out, nodes, order, sigmas, from, to)
          expect(out[order]).toBe(7)
        }),
      )
    },
  )

  it('rules have names and declare how many velocities they use', () => {
    expect(emulate(order)).toMatchObject({
      name: ['reuse', 'linear', 'quadratic', 'cubic'][order - 1],
      depth: order,
    })
    expect(integrate(order)).toMatchObject({ name: `integrate-${order}`, depth: order })
  })
})

describe('Lagrange weights', () => {
  it('are 1 at their own node and 0 at the others, exactly', () => {
    const nodes = [0.7, 0.8, 0.95, 1]
    const out = new Float64Array(4)
    for (let at = 0; at < 4; at++) {
      lagrangeWeights(out, nodes, 4, nodes[at]!)
      expect(Array.from(out, Math.abs)).toEqual(nodes.map((_, a) => (a === at ? 1 : 0)))
    }
  })

  it('are as many as are asked for', () => {
    const out = new Float64Array(3).fill(7)
    lagrangeWeights(out, [0.7, 0.8, 0.95], 2, 0.9)
    expect(out[0]).toBeCloseTo(-1, 12)
    expect(out[1]).toBeCloseTo(2, 12)
    expect(out[2]).toBe(7)
  })
})

describe('solvers as weights', () => {
  it('have names', () => {
    const solvers = [euler(), adamsBashforth(2), ipndm(3)]
    expect(solvers.map(({ name, order }) => [name, order])).toEqual([
      ['euler', 1],
      ['ab2', 2],
      ['ipndm3', 3],
    ])
    expect(ipndm(3).rule).toMatchObject({ name: 'ipndm3', depth: 3 })
  })

  it('Euler is h, bit for bit', () => {
    fc.assert(
      fc.property(arbitraryJump(1), (jump) => {
        const width = jump.sigmas[jump.to]! - jump.sigmas[jump.from]!
        expect(weightsOf(euler().rule, jump)[0]).toBe(width)
      }),
    )
  })

  it('AB2 is x + h [v + (h / 2a)(v - v1)]', () => {
    fc.assert(
      fc.property(arbitraryJump(2), (jump) => {
        const { sigmas, from, to, seen } = jump
        const h = sigmas[to]! - sigmas[from]!
        const a = sigmas[from]! - sigmas[seen[1]!]!
        const [w0, w1] = weightsOf(adamsBashforth(2).rule, jump)
        expect(w0).toBeCloseTo(h * (1 + h / (2 * a)), 11)
        expect(w1).toBeCloseTo((-h * h) / (2 * a), 11)
      }),
    )
  })

  it('AB3 is x + h [v + D1 h/2 + D2 (h^2/3 + a h/2)]', () => {
    fc.assert(
      fc.property(
        arbitraryJump(3),
        fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -2, max: 2, noNaN: true }))),
        (jump, velocities) => {
          const [v, v1, v2] = velocities as [number, number, number]
          const [s, s1, s2] = jump.seen.map((k) => jump.sigmas[k]!) as [number, number, number]
          const h = jump.sigmas[jump.to]! - s
          const [a, b] = [s - s1, s1 - s2]
          const d1 = (v - v1) / a
          const d2 = (d1 - (v1 - v2) / b) / (a + b)
          const expected = h * (v + (d1 * h) / 2 + d2 * ((h * h) / 3 + (a * h) / 2))
          const weights = weightsOf(adamsBashforth(3).rule, jump)
          const got = sum([v, v1, v2].map((value, i) => value * weights[i]!))
          expect(Math.abs(got - expected)).toBeLessThanOrEqual(1e-11 * (1 + size(weights)))
        },
      ),
    )
  })

  it('on a uniform grid AB4 has the textbook coefficients 55, -59, 37, -9 over 24', () => {
    const sigmas = [1, 0.75, 0.5, 0.25, 0]
    const weights = weightsOf(adamsBashforth(4).rule, { sigmas, from: 3, to: 4, seen: [3, 2, 1, 0] })
    const textbook = [55, -59, 37, -9].map((coefficient) => (-0.25 * coefficient) / 24)
    for (const [a, weight] of weights.entries()) expect(weight).toBeCloseTo(textbook[a]!, 14)
  })

  it.each([0, 5, 1.5, NaN])('refuses order %d', (order) => {
    expect(() => emulate(order as 1)).toThrow('order: ')
    expect(() => integrate(order as 1)).toThrow('order: ')
  })
})
