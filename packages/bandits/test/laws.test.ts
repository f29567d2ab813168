import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bernoulliEnvironment, type State, simulate } from '../src/index.ts'
import { ARMS, contenders, events, learn, learnAll } from './contenders.ts'
import { seeded } from './seeded.ts'

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}

describe.each(contenders)('$name', (contender) => {
  const { bandit } = contender
  const states = events.map((history) => learnAll(contender, history))
  const choices = (state: State<unknown>, seed: number): number[] => {
    const random = seeded(seed)
    return Array.from({ length: 20 }, () => bandit.select(state, random).arm)
  }

  it('merges commutatively, to the byte', () => {
    fc.assert(
      fc.property(states, states, (a, b) => {
        expect(JSON.stringify(bandit.merge(a, b))).toBe(JSON.stringify(bandit.merge(b, a)))
      }),
    )
  })

  it('merges associatively, to the byte', () => {
    fc.assert(
      fc.property(states, states, states, (a, b, c) => {
        const left = bandit.merge(bandit.merge(a, b), c)
        expect(JSON.stringify(left)).toBe(JSON.stringify(bandit.merge(a, bandit.merge(b, c))))
      }),
    )
  })

  it('merges idempotently, with itself and with what was merged before', () => {
    fc.assert(
      fc.property(states, states, (a, b) => {
        expect(bandit.merge(a, a)).toEqual(a)
        const merged = bandit.merge(a, b)
        expect(bandit.merge(merged, a)).toEqual(merged)
        expect(bandit.merge(b, merged)).toEqual(merged)
      }),
    )
  })

  it('keeps the later snapshot of a worker', () => {
    fc.assert(
      fc.property(events, events, (before, after) => {
        const early = learnAll(contender, before)
        const late = after.reduce((state, event) => learn(contender, state, event), early)
        expect(bandit.merge(early, late)).toEqual(late)
      }),
    )
  })

  if (contender.pooled)
    it('decides after a merge as if one worker had seen everything', () => {
      fc.assert(
        fc.property(events, fc.integer(), (history, seed) => {
          const whole = learnAll(
            contender,
            history.map((event) => ({ ...event, worker: 'one' })),
          )
          const parts = history.map((event, i) => ({ ...event, worker: `w${i % 2}` }))
          const merged = bandit.merge(
            learnAll(
              contender,
              parts.filter(({ worker }) => worker === 'w0'),
            ),
            learnAll(
              contender,
              parts.filter(({ worker }) => worker === 'w1'),
            ),
          )
          expect(choices(merged, seed)).toEqual(choices(whole, seed))
        }),
      )
    })

  it('never changes its input', () => {
    fc.assert(
      fc.property(states, states, events, fc.integer(), (a, b, history, seed) => {
        deepFreeze(a)
        deepFreeze(b)
        bandit.merge(a, b)
        choices(a, seed)
        bandit.parse(a)
        history.reduce((state, event) => deepFreeze(learn(contender, state, deepFreeze(event))), a)
      }),
    )
  })

  it('shares the rows that an update leaves alone', () => {
    const state = learnAll(contender, [{ worker: 'a', arm: 0, rewards: [1, 0, 0] }])
    const next = learn(contender, state, { worker: 'b', arm: 1, rewards: [0, 1, 0] })
    expect(next.rows.a).toBe(state.rows.a)
  })

  it('survives serialisation: same state, same choices, same text whoever wrote first', () => {
    fc.assert(
      fc.property(states, fc.integer(), (state, seed) => {
        const text = JSON.stringify(state)
        const read = bandit.parse(JSON.parse(text))
        expect(read).toEqual(state)
        expect(JSON.stringify(read)).toBe(text)
        expect(choices(read, seed)).toEqual(choices(state, seed))
      }),
    )
  })

  it('replays: same randomness, same run; another state of it, another run', () => {
    const run = (seed: number) =>
      simulate({
        bandit,
        environment: bernoulliEnvironment([0.3, 0.5, 0.6]),
        horizon: 300,
        random: seeded(seed),
      })
    expect(run(1)).toEqual(run(1))
    expect(run(1).arms).not.toEqual(run(2).arms)
  })

  it('continues from a stored state as if never interrupted', () => {
    const environment = bernoulliEnvironment([0.3, 0.5, 0.6])
    const whole = simulate({ bandit, environment, horizon: 200, random: seeded(5) })
    const random = seeded(5)
    const first = simulate({ bandit, environment, horizon: 120, random })
    const stored = bandit.parse(JSON.parse(JSON.stringify(first.state)))
    const second = simulate({ bandit, environment, horizon: 80, random, state: stored })
    expect([...first.arms, ...second.arms]).toEqual([...whole.arms])
    expect(second.state).toEqual(whole.state)
  })

  it('reports propensities that match the frequency of its choices', () => {
    const state = learnAll(contender, [
      { worker: 'a', arm: 0, rewards: [0.5, 0.25, 0.75] },
      { worker: 'a', arm: 1, rewards: [0.25, 0.75, 0.5] },
      { worker: 'b', arm: 2, rewards: [1, 0.5, 0.5] },
    ])
    const random = seeded(11)
    const draws = 4000
    const counts = new Array<number>(ARMS).fill(0)
    const claimed = new Map<number, number | undefined>()
    for (let i = 0; i < draws; i++) {
      const { arm, propensity } = bandit.select(state, random)
      counts[arm] = (counts[arm] ?? 0) + 1
      claimed.set(arm, propensity)
    }
    for (const [arm, propensity] of claimed) {
      if (bandit.name.startsWith('thompson')) expect(propensity).toBeUndefined()
      else expect(Math.abs((counts[arm] ?? 0) / draws - (propensity ?? 0))).toBeLessThan(0.03)
    }
  })

  it('chooses the only arm there is', () => {
    let state = bandit.init({ arms: 1 })
    for (let i = 0; i < 8; i++) {
      const { arm } = bandit.select(state, seeded(i))
      expect(arm).toBe(0)
      state = learn(contender, state, { worker: 'local', arm, rewards: [0.5] })
    }
  })
})
