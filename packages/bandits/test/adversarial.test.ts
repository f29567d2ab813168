import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  alternatingEnvironment,
  type Environment,
  exp3,
  hedge,
  sequenceEnvironment,
  simulate,
  ucb1,
} from '../src/index.ts'
import { evenly } from './arbitraries.ts'
import { seeded } from './seeded.ts'

/** A fixed table of rewards, drawn once: an adversary that does not look at the player. */
function randomTable(arms: number, horizon: number, seed: number): Environment {
  const random = seeded(seed)
  const table = Array.from({ length: horizon }, () =>
    Array.from({ length: arms }, () => Math.round(random())),
  )
  return sequenceEnvironment(arms, (round) => table[round] ?? [])
}

/** One arm is best in the first half, another overtakes it in the second: fatal for a confident learner. */
function turncoat(horizon: number): Environment {
  return sequenceEnvironment(3, (round) => (round < horizon / 2 ? [0.6, 1, 0] : [0.6, 0, 1]))
}

const adversaries: [string, (horizon: number) => Environment][] = [
  ['alternating every round', () => alternatingEnvironment(2, 1)],
  ['alternating among five in stretches', () => alternatingEnvironment(5, 37)],
  ['random table', (horizon) => randomTable(4, horizon, 99)],
  ['turncoat', turncoat],
  ['one good arm of ten', () => alternatingEnvironment(10, 1e9)],
]

describe.each(adversaries)('%s', (_, create) => {
  it('EXP3 stays under 2 sqrt(n K ln K) in the mean, at every horizon', () => {
    const horizon = 4000
    const environment = create(horizon)
    const k = environment.arms
    const repeats = 20
    const mean = new Float64Array(horizon)
    for (let seed = 0; seed < repeats; seed++) {
      const { regret } = simulate({ bandit: exp3(), environment, horizon, random: seeded(seed) })
      for (const [round, value] of regret.entries()) mean[round]! += value / repeats
    }
    for (const [round, value] of mean.entries()) {
      expect(value).toBeLessThan(2 * Math.sqrt((round + 1) * k * Math.log(k)))
    }
  })
})

describe('Hedge', () => {
  it('keeps the mean of its distribution under sqrt(2 n ln K) + sqrt(ln K / 8) for all rewards', () => {
    const tables = fc.integer({ min: 2, max: 6 }).chain((arms) =>
      fc.array(
        fc.array(
          evenly(0, 1).map((x) => (x > 0.7 || x < 0.3 ? Math.round(x) : x)),
          {
            minLength: arms,
            maxLength: arms,
          },
        ),
        { minLength: 1, maxLength: 120 },
      ),
    )
    fc.assert(
      fc.property(tables, (table) => {
        const bandit = hedge()
        const arms = table[0]?.length ?? 0
        let state = bandit.init({ arms })
        const best = new Array<number>(arms).fill(0)
        let received = 0
        for (const [round, rewards] of table.entries()) {
          for (const [arm, probability] of bandit.distribution(state).entries()) {
            received += probability * rewards[arm]!
            best[arm]! += rewards[arm]!
          }
          state = bandit.update(state, { rewards })
          const n = round + 1
          const bound = Math.sqrt(2 * n * Math.log(arms)) + Math.sqrt(Math.log(arms) / 8)
          expect(Math.max(...best) - received).toBeLessThanOrEqual(bound + 1e-9)
        }
      }),
    )
  })

  it.each(adversaries)('keeps its played regret near the bound: %s', (_, create) => {
    const horizon = 4000
    const environment = create(horizon)
    const { regret } = simulate({ bandit: hedge(), environment, horizon, random: seeded(8) })
    const lnK = Math.log(environment.arms)
    // Three standard deviations of the luck in drawing from the distribution (Azuma).
    const luck = 3 * Math.sqrt(horizon / 4)
    expect(regret[horizon - 1]).toBeLessThan(Math.sqrt(2 * horizon * lnK) + Math.sqrt(lnK / 8) + luck)
  })

  it('learns from arms it did not take: the good arm of ten is found in a few rounds', () => {
    const environment = alternatingEnvironment(10, 1e9)
    const { pulls } = simulate({ bandit: hedge(), environment, horizon: 1000, random: seeded(2) })
    expect(pulls[0]).toBeGreaterThan(980)
  })
})

it('a deterministic index policy falls for what EXP3 withstands', () => {
  const horizon = 4000
  // Pays the arm that UCB1 is not going to take: possible because UCB1 has no randomness to hide behind.
  const victim = ucb1()
  let state = victim.init({ arms: 2 })
  const table: number[][] = []
  for (let round = 0; round < horizon; round++) {
    const { arm } = victim.select(state, seeded(0))
    table.push(arm === 0 ? [0, 1] : [1, 0])
    state = victim.update(state, { arm, reward: 0 })
  }
  const environment = sequenceEnvironment(2, (round) => table[round] ?? [])
  const trapped = simulate({ bandit: ucb1(), environment, horizon, random: seeded(0) })
  const safe = simulate({ bandit: exp3(), environment, horizon, random: seeded(0) })
  expect(trapped.regret[horizon - 1]).toBeGreaterThan(0.4 * horizon)
  expect(safe.regret[horizon - 1]).toBeLessThan(2 * Math.sqrt(horizon * 2 * Math.log(2)))
})

it('EXP3 is sound after a million updates, one arm always right, then another', () => {
  const horizon = 1_000_000
  const rows = [
    [1, 0, 0.5],
    [0, 1, 0.5],
  ]
  const environment = sequenceEnvironment(3, (round) => rows[round < horizon / 2 ? 0 : 1] ?? [])
  const bandit = exp3()
  const { regret, state } = simulate({ bandit, environment, horizon, random: seeded(31) })
  expect(bandit.parse(JSON.parse(JSON.stringify(state)))).toEqual(state)
  const distribution = bandit.distribution(state)
  expect(distribution.every(Number.isFinite)).toBe(true)
  expect(distribution.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
  expect(regret[horizon - 1]).toBeLessThan(2 * Math.sqrt(horizon * 3 * Math.log(3)))
})
