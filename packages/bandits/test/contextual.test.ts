import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ContextualBandit, type LinearState, linTs, linUcb } from '../src/index.ts'
import { seeded } from './seeded.ts'

const ARMS = 3
// Arm a pays theta_a . x: which is best depends on the second entry of the context.
const THETAS = [
  [0.5, 0.4],
  [0.5, -0.4],
  [0.6, 0],
]
const payoff = (arm: number, x: readonly number[]): number =>
  THETAS[arm]!.reduce((sum, t, i) => sum + t * x[i]!, 0)

/** Regret against the best arm of every context, in the second half of the rounds and in all. */
function play(
  bandit: ContextualBandit,
  rounds: number,
  seed: number,
  start = bandit.init({ arms: ARMS, dimension: 2 }),
) {
  const random = seeded(seed)
  let state = start
  const regret: number[] = []
  for (let t = 0; t < rounds; t++) {
    const context = [1, 2 * random() - 1]
    const selection = bandit.select(state, context, random)
    const best = Math.max(...THETAS.map((_, arm) => payoff(arm, context)))
    regret.push(best - payoff(selection.arm, context))
    const reward = payoff(selection.arm, context) + 0.2 * (random() - 0.5)
    state = bandit.update(state, { ...selection, context, reward })
  }
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  return { state, all: sum(regret), late: sum(regret.slice(rounds / 2)), first: sum(regret.slice(0, 10)) }
}

describe.each([linUcb({ alpha: 0.3 }), linTs({ deviation: 0.2 })])('$name', (bandit) => {
  it('learns which arm a context asks for', () => {
    const { all, late } = play(bandit, 1000, 1)
    // The best single arm loses 0.1 a round.
    expect(late).toBeLessThan(0.02 * 500)
    expect(all).toBeLessThan(0.04 * 1000)
  })

  it('recovers the coefficients', () => {
    const { state } = play(bandit, 2000, 2)
    for (const arm of [0, 1]) {
      const toward = arm === 0 ? [1, 0.8] : [1, -0.8]
      const forecast = bandit.forecast(state, toward)[arm]!
      expect(Math.abs(forecast.mean - payoff(arm, toward))).toBeLessThan(0.05)
      expect(forecast.width).toBeLessThan(0.2)
    }
  })

  it('knows from the start what the prior says', () => {
    const prior = THETAS.map((coefficients) => ({ coefficients, weight: 50 }))
    const warm = play(bandit, 10, 3, bandit.init({ arms: ARMS, dimension: 2, prior }))
    const cold = play(bandit, 10, 3)
    expect(warm.all).toBeLessThan(0.5 * cold.all)
    expect(bandit.forecast(bandit.init({ arms: ARMS, dimension: 2, prior }), [1, 0])[2]!.mean).toBeCloseTo(
      (0.6 * 50) / 51,
      12,
    )
  })

  it('knows its propensities, among all arms or some of them', () => {
    const { state } = play(bandit, 30, 4)
    const context = [1, 0.1]
    const chances = bandit.distribution(state, context)
    expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 12)
    const random = seeded(5)
    const counts = [0, 0, 0]
    for (let n = 0; n < 4000; n++) {
      const { arm, propensity } = bandit.select(state, context, random)
      expect(propensity).toBe(chances[arm])
      counts[arm]!++
    }
    for (const [arm, count] of counts.entries())
      expect(Math.abs(count / 4000 - chances[arm]!)).toBeLessThan(0.03)
    const some = bandit.distribution(state, context, [0, 2])
    expect(some[1]).toBe(0)
    expect(some[0]! + some[2]!).toBeCloseTo(1, 12)
    expect(bandit.distribution(state, context, [1])).toEqual([0, 1, 0])
    expect(() => bandit.distribution(state, context, [3])).toThrow(/^arm: /)
  })

  const parts = fc.array(
    fc.record({
      worker: fc.constantFrom('a', 'b', '__proto__'),
      arm: fc.nat(ARMS - 1),
      x: fc.integer({ min: -8, max: 8 }),
      reward: fc.integer({ min: 0, max: 8 }),
    }),
    { maxLength: 20 },
  )
  const learned = parts.map((events) =>
    events.reduce(
      (state: LinearState, { worker, arm, x, reward }) =>
        bandit.update(state, { worker, arm, context: [1, x / 8], reward: reward / 8 }),
      bandit.init({ arms: ARMS, dimension: 2 }),
    ),
  )

  it('merges commutatively, associatively and idempotently, and survives JSON', () => {
    fc.assert(
      fc.property(learned, learned, learned, (a, b, c) => {
        const merged = bandit.merge(a, b)
        expect(JSON.stringify(merged)).toBe(JSON.stringify(bandit.merge(b, a)))
        expect(bandit.merge(merged, c)).toEqual(bandit.merge(a, bandit.merge(b, c)))
        expect(bandit.merge(merged, a)).toEqual(merged)
        expect(bandit.parse(JSON.parse(JSON.stringify(a)))).toEqual(a)
      }),
    )
  })

  it('counts alike what one worker or two have seen', () => {
    fc.assert(
      fc.property(parts, (events) => {
        const apart = events.reduce(
          (state: LinearState, { arm, x, reward }, i) =>
            bandit.update(state, { worker: `w${i % 2}`, arm, context: [1, x / 8], reward: reward / 8 }),
          bandit.init({ arms: ARMS, dimension: 2 }),
        )
        const together = events.reduce(
          (state: LinearState, { arm, x, reward }) =>
            bandit.update(state, { arm, context: [1, x / 8], reward: reward / 8 }),
          bandit.init({ arms: ARMS, dimension: 2 }),
        )
        expect(bandit.forecast(apart, [1, 0.5])).toEqual(bandit.forecast(together, [1, 0.5]))
      }),
    )
  })

  it('names the field of bad input', () => {
    const state = bandit.init({ arms: 2, dimension: 2 })
    const random = seeded(1)
    expect(() => bandit.init({ arms: 0, dimension: 2 })).toThrow(/^arms: /)
    expect(() => bandit.init({ arms: 2, dimension: 65 })).toThrow(/^dimension: /)
    expect(() => bandit.init({ arms: 1, dimension: 2, prior: [{ coefficients: [1], weight: 1 }] })).toThrow(
      /^prior\[0\]\.coefficients: must have 2 entries, got 1/,
    )
    expect(() => bandit.select(state, [1], random)).toThrow(/^context: must have 2 entries, got 1/)
    expect(() => bandit.select(state, [1, Number.NaN], random)).toThrow(/^context\[1\]: /)
    expect(() => bandit.update(state, { arm: 2, context: [1, 1], reward: 0 })).toThrow(/^arm: /)
    expect(() => bandit.update(state, { arm: 0, context: [1, 1], reward: Number.NaN })).toThrow(/^reward: /)
    expect(() => bandit.merge(state, bandit.init({ arms: 2, dimension: 3 }))).toThrow(
      /^arms: states of 2 arms/,
    )
    expect(() => bandit.parse({ ...state, kind: 'other' })).toThrow(/^kind: /)
    expect(() => bandit.parse({ ...state, rows: { a: { pulls: [1], grams: [], moments: [] } } })).toThrow(
      /^rows\.a\.pulls: must have 2 entries/,
    )
  })
})

it.each([linUcb({ ridge: 1e-9 }), linTs({ ridge: 1e-9, deviation: 1e-9 })])(
  '$name takes contexts of any size that hardly differ: states can be read back, forecasts are finite',
  (bandit) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: -50, max: 49 }),
        fc.integer(),
        (dimension, exponent, seed) => {
          const random = seeded(seed)
          const direction = Array.from({ length: dimension }, () => random() - 0.5)
          let state = bandit.init({ arms: 3, dimension })
          for (let i = 0; i < 6; i++) {
            const context = direction.map((x) => (x + 1e-9 * random()) * 10 ** exponent)
            state = bandit.update(state, { arm: i % 2, context, reward: (random() - 0.5) * 2 ** 300 })
          }
          expect(bandit.parse(JSON.parse(JSON.stringify(state)))).toEqual(state)
          const context = direction.map((x) => x * 10 ** exponent)
          for (const { mean, width } of bandit.forecast(state, context))
            expect(Number.isFinite(mean) && Number.isFinite(width)).toBe(true)
          const chances = bandit.distribution(state, context)
          expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9)
        },
      ),
    )
  },
)

it('LinUCB explores what it does not know, LinTS draws', () => {
  const bandit = linUcb()
  const state = bandit.update(bandit.init({ arms: 2, dimension: 1 }), { arm: 0, context: [1], reward: 0.1 })
  expect(bandit.select(state, [1], seeded(1))).toEqual({ arm: 1, propensity: 1 })
  const drawn = linTs()
  const empty = drawn.init({ arms: 2, dimension: 1 })
  const random = seeded(1)
  const arms = Array.from({ length: 50 }, () => drawn.select(empty, [1], random).arm)
  expect(new Set(arms)).toEqual(new Set([0, 1]))
})

it('LinTS draws each arm as often as its posterior is the largest', () => {
  const bandit = linTs({ deviation: 0.4, ridge: 1 })
  let state = bandit.init({ arms: 3, dimension: 1 })
  for (const [arm, pulls, reward] of [
    [0, 30, 0.5],
    [1, 3, 0.4],
    [2, 8, 0.45],
  ] as const)
    for (let n = 0; n < pulls; n++) state = bandit.update(state, { arm, context: [1], reward })
  const posteriors = bandit.forecast(state, [1])
  const random = seeded(9)
  const wins = [0, 0, 0]
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  for (let n = 0; n < 40_000; n++) {
    const draws = posteriors.map(({ mean, width }) => mean + 0.4 * width * normal())
    wins[draws.indexOf(Math.max(...draws))]!++
  }
  for (const [arm, chance] of bandit.distribution(state, [1]).entries())
    expect(Math.abs(chance - wins[arm]! / 40_000)).toBeLessThan(0.01)
})
