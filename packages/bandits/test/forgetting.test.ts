import { describe, expect, it } from 'vitest'
import {
  type Bandit,
  discountedUcb,
  type Environment,
  simulate,
  slidingWindowUcb,
  ucb1,
} from '../src/index.ts'
import { seeded } from './seeded.ts'

const HALF = 2000
const AFTER = 300

/** Two Bernoulli arms whose means change places half way. */
const switching: Environment = {
  arms: 2,
  expected: (round) => (round < HALF ? [0.8, 0.2] : [0.2, 0.8]),
  draw: (round, random) => (round < HALF ? [0.8, 0.2] : [0.2, 0.8]).map((mean) => (random() < mean ? 1 : 0)),
}

/** Mean share of rounds with the worse arm after the change, over eight runs. */
function lateMistakes<Row>(bandit: Bandit<Row>): number {
  const shares = Array.from({ length: 8 }, (_, seed) => {
    const { arms } = simulate({ bandit, environment: switching, horizon: HALF + AFTER, random: seeded(seed) })
    return arms.slice(HALF).filter((arm) => arm === 0).length / AFTER
  })
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}

describe('forgetting', () => {
  it('finds the new best arm after a change, where UCB1 stays with the old one', () => {
    expect(lateMistakes(ucb1({ c: 0.5 }))).toBeGreaterThan(0.5)
    expect(lateMistakes(discountedUcb({ c: 0.5 }))).toBeLessThan(0.2)
    expect(lateMistakes(slidingWindowUcb({ c: 0.5 }))).toBeLessThan(0.2)
  })

  it('without discount is UCB1, choice by choice', () => {
    const play = <Row>(bandit: Bandit<Row>) =>
      simulate({ bandit, environment: switching, horizon: 300, random: seeded(3) }).arms
    expect(play(discountedUcb({ discount: 1 }))).toEqual(play(ucb1()))
  })

  it('with a window that is never full is UCB1, choice by choice', () => {
    const play = <Row>(bandit: Bandit<Row>) =>
      simulate({ bandit, environment: switching, horizon: 300, random: seeded(3) }).arms
    expect(play(slidingWindowUcb({ window: 300 }))).toEqual(play(ucb1()))
  })

  it('a window of one remembers the last pull alone', () => {
    const bandit = slidingWindowUcb({ window: 1 })
    let state = bandit.init({ arms: 2, prior: [0, 1].map((mean) => ({ mean, weight: 1 })) })
    state = bandit.update(state, { arm: 0, reward: 1 })
    expect(state.rows.local).toEqual({ pulls: 1, arms: [0], rewards: [1] })
    expect(bandit.select(state, seeded(1)).arm).toBe(1)
    state = bandit.update(state, { arm: 1, reward: 0 })
    expect(state.rows.local).toEqual({ pulls: 2, arms: [1], rewards: [0] })
  })

  it('a prior fades with the pulls', () => {
    const bandit = discountedUcb({ discount: 0.5, c: 0 })
    let state = bandit.init({ arms: 2, prior: [1, 0.5].map((mean) => ({ mean, weight: 100 })) })
    expect(bandit.select(state, seeded(1)).arm).toBe(0)
    for (let i = 0; i < 20; i++) state = bandit.update(state, { arm: 0, reward: 0 })
    expect(bandit.select(state, seeded(1)).arm).toBe(1)
  })

  it('keeps sliding-window states through JSON and merges by pulls', () => {
    const bandit = slidingWindowUcb({ window: 2 })
    let state = bandit.init({ arms: 2 })
    const early = state
    for (const arm of [0, 1, 1]) state = bandit.update(state, { arm, reward: arm, worker: 'w' })
    expect(bandit.parse(JSON.parse(JSON.stringify(state)))).toEqual(state)
    expect(bandit.merge(early, state)).toEqual(state)
    const broken = { ...state, rows: { w: { pulls: 3, arms: [0], rewards: [] } } }
    expect(() => bandit.parse(broken)).toThrow(/^rows\.w\.arms: must have one entry per reward/)
    expect(() => bandit.parse({ ...state, rows: { w: { pulls: 3, arms: [2], rewards: [0] } } })).toThrow(
      /^rows\.w\.arms\[0\]/,
    )
  })

  it('refuses options out of range', () => {
    expect(() => discountedUcb({ discount: 1.1 })).toThrow(/^discount: /)
    expect(() => slidingWindowUcb({ window: 0 })).toThrow(/^window: /)
  })
})
