import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  alternatingEnvironment,
  armStats,
  type Bandit,
  bernoulliEnvironment,
  discountedUcb,
  drawArm,
  type Exp3,
  epsilonGreedy,
  exp3,
  gaussianEnvironment,
  type Hedge,
  hedge,
  klUcb,
  type MomentsRow,
  type State,
  simulate,
  thompsonBeta,
  thompsonGaussian,
  ucb1,
} from '../src/index.ts'
import { evenly } from './arbitraries.ts'
import { seeded } from './seeded.ts'

function feed(
  bandit: Bandit<MomentsRow>,
  state: State<MomentsRow>,
  pulls: readonly (readonly [arm: number, reward: number])[],
): State<MomentsRow> {
  return pulls.reduce((now, [arm, reward]) => bandit.update(now, { arm, reward }), state)
}

describe('armStats', () => {
  it('equals the two-pass mean and squared deviations over all workers and the prior', () => {
    const rewards = fc.array(evenly(-5, 5), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(rewards, fc.integer({ min: 0, max: 6 }), evenly(1e5, 1e6), (list, weight, offset) => {
        const bandit = ucb1()
        const values = list.map((value) => value + offset)
        let state = bandit.init({
          arms: 2,
          prior: [
            { mean: offset + 1, weight },
            { mean: 0, weight: 0 },
          ],
        })
        for (const [i, reward] of values.entries()) {
          state = bandit.update(state, { arm: 0, reward, worker: `w${i % 3}` })
        }
        const all = [...values, ...new Array<number>(weight).fill(offset + 1)]
        const mean = all.reduce((a, b) => a + b, 0) / all.length
        const squares = all.reduce((sum, x) => sum + (x - mean) ** 2, 0)
        const [stats, untouched] = armStats(state)
        expect(stats).toMatchObject({ pulls: values.length, weight: all.length })
        expect(Math.abs((stats?.mean ?? 0) - mean)).toBeLessThan(1e-8)
        expect(Math.abs((stats?.squares ?? 0) - squares)).toBeLessThan(1e-5 * (1 + squares))
        expect(untouched).toEqual({ pulls: 0, weight: 0, mean: undefined, squares: 0 })
      }),
    )
  })
})

it('every algorithm is called what its states are', () => {
  const all = [
    ucb1(),
    klUcb(),
    epsilonGreedy(),
    discountedUcb(),
    thompsonBeta(),
    thompsonGaussian(),
    exp3(),
    hedge(),
  ]
  expect(all.map(({ name }) => name)).toEqual([
    ...['ucb1', 'kl-ucb', 'epsilon-greedy', 'discounted-ucb'],
    ...['thompson-beta', 'thompson-gaussian', 'exp3', 'hedge'],
  ])
  for (const { name, init } of all) expect(init({ arms: 2 }).kind).toBe(name)
})

describe('rows of moments', () => {
  it('of one worker: the one of more pulls is kept, then the one of larger numbers', () => {
    const bandit = ucb1()
    const start = bandit.init({ arms: 2 })
    const [low, high] = [0.25, 0.75].map((reward) => feed(bandit, start, [[1, reward]]))
    const more = feed(bandit, start, [
      [0, 0],
      [0, 0],
    ])
    for (const [a, b] of [
      [low!, high!],
      [high!, more],
    ]) {
      expect(bandit.merge(a!, b!)).toEqual(b)
      expect(bandit.merge(b!, a!)).toEqual(b)
    }
  })

  it('are read field by field', () => {
    const { parse } = ucb1()
    const local = { pulls: [1, 0], sums: [1, 0], squares: [0, 0] }
    const document = (row: object) => ({ version: 1, kind: 'ucb1', arms: 2, rows: { local: row } })
    expect(parse(document(local)).rows).toEqual({ local })
    for (const name of ['pulls', 'sums', 'squares'])
      expect(() => parse(document({ ...local, [name]: [1] }))).toThrow(
        expect.objectContaining({ field: `rows.local.${name}` }),
      )
  })
})

describe('ucb1', () => {
  it('tries every arm once, in index order', () => {
    const environment = bernoulliEnvironment([0.9, 0.1, 0.5, 0.2])
    const { arms } = simulate({ bandit: ucb1(), environment, horizon: 4, random: seeded(1) })
    expect([...arms]).toEqual([0, 1, 2, 3])
  })

  it('follows argmax mean + c sqrt(ln n / N)', () => {
    const pulls = fc.array(fc.tuple(fc.nat(2), evenly(0, 1)), { maxLength: 50 })
    fc.assert(
      fc.property(pulls, evenly(0, 5), (list, c) => {
        const bandit = ucb1({ c })
        const all: [number, number][] = [[0, 0.5], [1, 0.5], [2, 0.5], ...list]
        const bounds = [0, 1, 2].map((arm) => {
          const rewards = all.filter(([pulled]) => pulled === arm).map(([, reward]) => reward)
          const mean = rewards.reduce((a, b) => a + b, 0) / rewards.length
          return mean + c * Math.sqrt(Math.log(all.length) / rewards.length)
        })
        const { arm, propensity } = bandit.select(feed(bandit, bandit.init({ arms: 3 }), all), seeded(1))
        expect(bounds[arm]).toBeGreaterThanOrEqual(Math.max(...bounds) - 1e-12)
        expect(propensity).toBe(1)
      }),
    )
  })

  it('breaks ties by the lowest index', () => {
    const bandit = ucb1()
    const even = feed(bandit, bandit.init({ arms: 3 }), [
      [0, 0.5],
      [1, 0.5],
      [2, 0.5],
    ])
    expect(bandit.select(even, seeded(1)).arm).toBe(0)
  })

  it('chooses alike when rewards, prior and c are all scaled', () => {
    const run = (scale: number) =>
      simulate({
        bandit: ucb1({ c: scale }),
        environment: gaussianEnvironment([0.25 * scale, 0.5 * scale, 0.375 * scale], 0.5 * scale),
        horizon: 400,
        random: seeded(6),
      }).arms
    expect(run(2 ** -10)).toEqual(run(1))
  })

  it('starts from its prior without trying every arm', () => {
    const bandit = ucb1({ c: 0.1 })
    const prior = [0.2, 0.8, 0.5].map((mean) => ({ mean, weight: 50 }))
    expect(bandit.select(bandit.init({ arms: 3, prior }), seeded(1)).arm).toBe(1)
    const faint = prior.map(({ mean }) => ({ mean, weight: 1e-6 }))
    expect(bandit.select(bandit.init({ arms: 3, prior: faint }), seeded(1)).arm).toBe(1)
  })
})

describe('a good prior lowers early regret', () => {
  const means = [0.3, 0.7, 0.4, 0.35]
  it.each<[string, Bandit<MomentsRow>]>([
    ['epsilon-greedy', epsilonGreedy()],
    ['ucb1', ucb1()],
    ['thompson-gaussian', thompsonGaussian({ variance: 0.25 })],
    ['thompson-beta', thompsonBeta()],
  ])('%s', (_, bandit) => {
    const prior = means.map((mean) => ({ mean, weight: 60 }))
    const environment = bernoulliEnvironment(means)
    const total = (warm: boolean): number => {
      let sum = 0
      for (let seed = 0; seed < 20; seed++) {
        const state = bandit.init(warm ? { arms: 4, prior } : { arms: 4 })
        sum += simulate({ bandit, environment, horizon: 100, random: seeded(seed), state }).regret[99]!
      }
      return sum
    }
    expect(total(true)).toBeLessThan(0.9 * total(false))
  })
})

describe('epsilon-greedy', () => {
  it('explores the share it is told to', () => {
    const bandit = epsilonGreedy({ epsilon: 0.3 })
    const state = feed(bandit, bandit.init({ arms: 4 }), [
      [0, 0],
      [1, 0],
      [2, 1],
      [3, 0],
    ])
    const random = seeded(9)
    const greedy = Array.from({ length: 4000 }, () => bandit.select(state, random).arm).filter(
      (arm) => arm === 2,
    )
    expect(Math.abs(greedy.length / 4000 - (0.7 + 0.3 / 4))).toBeLessThan(0.02)
  })

  it('is greedy at 0 and uniform at 1', () => {
    const results = [0, 1].map((epsilon) => {
      const bandit = epsilonGreedy({ epsilon })
      return bandit.select(
        feed(bandit, bandit.init({ arms: 2 }), [
          [0, 1],
          [1, 0],
        ]),
        seeded(1),
      ).propensity
    })
    expect(results).toEqual([1, 0.5])
  })

  it('hands its schedule the round and the number of arms', () => {
    const calls: number[][] = []
    const bandit = epsilonGreedy({
      epsilon: (round, arms) => {
        calls.push([round, arms])
        return 0.5
      },
    })
    simulate({ bandit, environment: alternatingEnvironment(2, 3), horizon: 3, random: seeded(1) })
    expect(calls).toEqual([
      [1, 2],
      [2, 2],
      [3, 2],
    ])
  })
})

describe('thompson-gaussian', () => {
  it('pulls every arm four times first when the variance is observed, in turn', () => {
    const environment = gaussianEnvironment([0, 100], 1)
    const { arms } = simulate({ bandit: thompsonGaussian(), environment, horizon: 8, random: seeded(1) })
    expect([...arms]).toEqual([0, 1, 0, 1, 0, 1, 0, 1])
  })

  it('chooses alike at any scale and offset of the rewards when the variance is observed', () => {
    const run = (scale: number, offset: number) =>
      simulate({
        bandit: thompsonGaussian(),
        environment: gaussianEnvironment([offset, offset + 0.5 * scale], scale),
        horizon: 300,
        random: seeded(12),
      }).arms
    expect(run(2 ** -20, 0)).toEqual(run(1, 0))
    expect(run(1, 1024)).toEqual(run(1, 0))
  })

  it('draws from Normal(mean, variance / N) when the variance is known', () => {
    // Arm 1 is pinned to 0, so P(arm 0) = P(Normal(0.3, 1 / 4) > 0) = Phi(0.6) = 0.7257.
    const bandit = thompsonGaussian({ variance: 1 })
    const prior = [
      { mean: 0.3, weight: 4 },
      { mean: 0, weight: 1e12 },
    ]
    const state = bandit.init({ arms: 2, prior })
    const random = seeded(21)
    let first = 0
    for (let i = 0; i < 10_000; i++) if (bandit.select(state, random).arm === 0) first++
    expect(Math.abs(first / 10_000 - 0.7257)).toBeLessThan(0.015)
  })

  it('draws from the Student posterior of n - 2 degrees when it is observed', () => {
    // Rewards -1, -1, 1, 1: mean 0, S = 4, N = 4, so arm 0 draws sqrt(1 / 2) t(2). Arm 1 never varies: 1 exactly.
    const bandit = thompsonGaussian()
    const state = feed(bandit, bandit.init({ arms: 2 }), [
      [0, -1],
      [0, -1],
      [0, 1],
      [0, 1],
      [1, 1],
      [1, 1],
      [1, 1],
      [1, 1],
    ])
    const random = seeded(22)
    let first = 0
    for (let i = 0; i < 10_000; i++) if (bandit.select(state, random).arm === 0) first++
    const x = Math.SQRT2
    const expected = 0.5 - x / (2 * Math.sqrt(2 + x * x))
    expect(Math.abs(first / 10_000 - expected)).toBeLessThan(0.015)
  })
})

describe('thompson-beta', () => {
  it('matches the closed form of P(Beta(a, 1) > Beta(1, 1)) = a / (a + 1)', () => {
    const bandit = thompsonBeta()
    const state = feed(bandit, bandit.init({ arms: 2 }), [
      [0, 1],
      [0, 1],
      [0, 1],
    ])
    const random = seeded(23)
    let first = 0
    for (let i = 0; i < 10_000; i++) if (bandit.select(state, random).arm === 0) first++
    expect(Math.abs(first / 10_000 - 4 / 5)).toBeLessThan(0.015)
  })

  it('counts rewards between 0 and 1 as fractions of a success', () => {
    const bandit = thompsonBeta()
    const halves = feed(bandit, bandit.init({ arms: 1 }), [
      [0, 0.5],
      [0, 0.5],
    ])
    const whole = feed(bandit, bandit.init({ arms: 1 }), [
      [0, 1],
      [0, 0],
    ])
    expect(armStats(halves)[0]?.mean).toBe(armStats(whole)[0]?.mean)
  })
})

describe('exponential weights', () => {
  it('estimates the loss of an arm without bias', () => {
    const bandit = exp3()
    const start = bandit.update(bandit.init({ arms: 2 }), { arm: 0, reward: 0.25, propensity: 0.5 })
    const rewards = [0.5, 0.75]
    const expected = bandit.distribution(start).reduce(
      (sums, propensity, arm) => {
        const row = bandit.update(start, { arm, reward: rewards[arm] ?? 0, propensity }).rows.local
        return sums.map((sum, i) => sum + propensity * (row?.losses[i] ?? 0))
      },
      [0, 0],
    )
    expect(expected[0]).toBeCloseTo(1.5 + 0.5, 12)
    expect(expected[1]).toBeCloseTo(0.25, 12)
  })

  it.each([exp3(), hedge()])('$name gives a distribution, whatever was learned', (bandit) => {
    const losses = fc.array(evenly(0, 1e6), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(losses, fc.integer({ min: 1_000_000, max: 1e12 }), (list, pulls) => {
        const rows = { local: { pulls, losses: list } }
        const state = bandit.parse({ version: 1, kind: bandit.name, arms: list.length, rows })
        const distribution = bandit.distribution(state)
        expect(distribution.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
        for (const p of distribution) expect(p === 0 || (p >= Number.EPSILON && p <= 1)).toBe(true)
        expect(distribution[bandit.select(state, seeded(pulls)).arm]).toBeGreaterThan(0)
      }),
    )
  })

  it.each<[string, Exp3 | Hedge, (round: number, arms: number) => number]>([
    ['exp3', exp3(), (round, arms) => Math.sqrt(Math.log(arms) / (round * arms))],
    ['hedge', hedge(), (round, arms) => Math.sqrt((8 * Math.log(arms)) / round)],
  ])('%s weighs arms by exp(-rate L), at the rate of the round to come', (_, bandit, rate) => {
    const losses = fc.array(evenly(0, 5), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(losses, fc.integer({ min: 5, max: 50 }), (list, pulls) => {
        const arms = list.length
        const rows = {
          a: { pulls, losses: list.map((loss) => loss / 4) },
          b: { pulls: 2 * pulls, losses: list.map((loss) => (3 * loss) / 4) },
        }
        const distribution = bandit.distribution(bandit.parse({ version: 1, kind: bandit.name, arms, rows }))
        const weights = list.map((loss) => Math.exp(-rate(3 * pulls + 1, arms) * loss))
        const total = weights.reduce((a, b) => a + b, 0)
        for (const [arm, p] of distribution.entries()) expect(p).toBeCloseTo(weights[arm]! / total, 12)
      }),
    )
  })

  it('never draws an arm of probability 0, even from the ends of the unit interval', () => {
    const bandit = hedge()
    const rows = { local: { pulls: 1e6, losses: [1e6, 0, 1e6] } }
    const state = bandit.parse({ version: 1, kind: 'hedge', arms: 3, rows })
    for (const u of [0, 1 - 2 ** -53]) {
      expect(bandit.select(state, () => u)).toEqual({ arm: 1, propensity: 1 })
    }
  })

  it('takes a learning rate for a known horizon', () => {
    const still = exp3({ learningRate: () => 0 })
    const state = still.update(still.init({ arms: 4 }), { arm: 0, reward: 0, propensity: 0.25 })
    expect(still.distribution(state)).toEqual([0.25, 0.25, 0.25, 0.25])
  })
})

describe('drawArm', () => {
  it('takes each arm on an interval as long as its probability, closed below', () => {
    const draw = (u: number) => drawArm([0.25, 0, 0.5, 0.25], () => u)
    expect([0, 0.2499, 0.25, 0.7499, 0.75, 0.9999].map((u) => draw(u).arm)).toEqual([0, 0, 2, 2, 3, 3])
    expect(draw(0.3)).toEqual({ arm: 2, propensity: 0.5 })
  })

  it('gives what rounding left out to the last arm that is possible', () => {
    expect(drawArm([0.5, 0.49995], () => 0.99999)).toEqual({ arm: 1, propensity: 0.49995 })
    expect(drawArm([0.5, 0.49995, 0], () => 0.99999)).toEqual({ arm: 1, propensity: 0.49995 })
  })
})

describe('simulate', () => {
  it('keeps books that agree with each other', () => {
    const means = [0.2, 0.5, 0.4]
    const result = simulate({
      bandit: thompsonBeta(),
      environment: bernoulliEnvironment(means),
      horizon: 500,
      random: seeded(41),
    })
    const counts = means.map((_, arm) => result.arms.filter((taken) => taken === arm).length)
    expect(result.pulls).toEqual(counts)
    expect(armStats(result.state).map(({ pulls }) => pulls)).toEqual(counts)
    const gaps = counts.reduce((sum, n, arm) => sum + n * (0.5 - means[arm]!), 0)
    expect(result.regret[499]).toBeCloseTo(gaps, 8)
    const paid = armStats(result.state).reduce((sum, { pulls, mean = 0 }) => sum + pulls * mean, 0)
    expect(result.rewards.reduce((a, b) => a + b, 0)).toBeCloseTo(paid, 8)
  })

  it('measures regret against the best fixed arm when rewards are a fixed sequence', () => {
    // UCB1 opens with arm 0, then arm 1: right both times, where a fixed arm is right once.
    const environment = alternatingEnvironment(2, 1)
    const { regret } = simulate({ bandit: ucb1(), environment, horizon: 2, random: seeded(1) })
    expect([...regret]).toEqual([0, -1])
  })
})
