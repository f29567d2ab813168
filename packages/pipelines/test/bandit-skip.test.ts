import {
  type Bandit,
  conservative,
  discountedUcb,
  epsilonGreedy,
  exp3,
  hedge,
  klUcb,
  linTs,
  linUcb,
  type State,
  slidingWindowUcb,
  thompsonBeta,
  thompsonGaussian,
  ucb1,
} from '@fastflow/bandits'
import {
  type BanditSkipState,
  banditSkip,
  createRandom,
  FastFlowError,
  fillNormal,
  frozen,
  linearSchedule,
  sample,
} from '@fastflow/core'
import { gaussianFlow } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'

const mean = [1, -0.5, 0.25, -1.5]
const { velocity } = gaussianFlow({ mean, std: 0.05 })
const schedule = linearSchedule(50)
const noise = (seed: number): Float32Array => fillNormal(new Float32Array(32), seed)
const error = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length

/** Every bandit that learns from single arms, its type of rows hidden. */
const named = <Row>(name: string, bandit: Bandit<Row>): [string, Bandit<unknown>] => [
  name,
  bandit as unknown as Bandit<unknown>,
]
const bandits = [
  named('epsilonGreedy()', epsilonGreedy()),
  named('ucb1()', ucb1({ c: 0.2 })),
  named('klUcb()', klUcb()),
  named('discountedUcb()', discountedUcb({ c: 0.2 })),
  named('slidingWindowUcb()', slidingWindowUcb({ c: 0.2 })),
  named('thompsonGaussian()', thompsonGaussian()),
  named('thompsonGaussian() of a known variance', thompsonGaussian({ variance: 0.01 })),
  named('thompsonBeta()', thompsonBeta()),
  named('exp3()', exp3()),
  named('conservative(ucb1())', conservative(ucb1({ c: 0.2 }), { baseline: 0, alpha: 0.9 })),
  named('conservative(thompsonBeta())', conservative(thompsonBeta(), { baseline: 0, alpha: 0.9 })),
]

describe.each(bandits)('%s', (_, bandit) => {
  // Prices at which forecasts cost little, much, and far more than anything saves.
  it.each([0.4, 1e-3, 1e-9])('learns to skip over whole runs, at the price %d', async (price) => {
    const policy = banditSkip({ bandit, arms: [0, 2, 4, 6], price })
    const { next: random } = createRandom(3)
    let policyState: BanditSkipState<State<unknown>> | undefined
    const nfe: number[] = []
    for (let seed = 0; seed < 60; seed++) {
      const run = await sample({
        velocity,
        schedule,
        x: noise(seed),
        policy,
        random,
        ...(policyState && { policyState }),
      })
      expect(run.status.kind).toBe('completed')
      policyState = run.policyState
      nfe.push(run.stats.nfe)
    }
    expect(nfe[0]).toBe(50)
    // A conservative bandit never skips where forecasts cost a billion times what they save.
    if (price > 1e-9) expect(Math.min(...nfe)).toBeLessThan(50)
    expect(policyState!.generations).toBe(60)
    for (const learned of policyState!.bandits)
      if (learned !== null) expect(bandit.parse(JSON.parse(JSON.stringify(learned)))).toEqual(learned)
    const still = { velocity, schedule, x: noise(99), random }
    const fast = await sample<Float32Array, BanditSkipState<State<unknown>>>({
      ...still,
      policy: frozen(policy),
      policyState: policyState!,
    })
    const full = await sample<Float32Array>(still)
    expect(fast.stats.nfe).toBeLessThanOrEqual(50)
    expect(error(fast.x, full.x)).toBeLessThan(1e-2)
  })
})

it('thompsonBeta and klUcb skip where it is cheap and evaluate where it is dear', async () => {
  for (const bandit of [thompsonBeta(), klUcb()]) {
    const spent: number[] = []
    for (const price of [1, 1e-4]) {
      const policy = banditSkip({ bandit, arms: [0, 2, 4, 6], price })
      const { next: random } = createRandom(3)
      let policyState: BanditSkipState<ReturnType<typeof bandit.init>> | undefined
      let nfe = 0
      for (let seed = 0; seed < 120; seed++) {
        const x = noise(seed)
        const run = await sample({
          velocity,
          schedule,
          x,
          policy,
          random,
          ...(policyState && { policyState }),
        })
        policyState = run.policyState
        if (seed >= 100) nfe += run.stats.nfe / 20
      }
      spent.push(nfe)
    }
    expect(spent[0]).toBeLessThan(25)
    expect(spent[1]).toBeGreaterThan(spent[0]! + 3)
  }
})

it('bandits that a run cannot teach are refused by type and at once', () => {
  const arms = [0, 2, 4]
  const refusal = expect.objectContaining({ code: 'invalid-argument', field: 'bandit' })
  // @ts-expect-error Hedge has to see the rewards of all arms.
  expect(() => banditSkip({ bandit: hedge(), arms })).toThrow(refusal)
  // @ts-expect-error LinUCB has to see a context.
  expect(() => banditSkip({ bandit: linUcb(), arms })).toThrow(refusal)
  // @ts-expect-error and so does LinTS.
  expect(() => banditSkip({ bandit: linTs(), arms })).toThrow(refusal)
})

it('errors of bandits are known as errors of FastFlow, without being wrapped', () => {
  const error = thrownBy(() => ucb1({ c: -1 }))
  expect(FastFlowError.isInstance(error)).toBe(true)
  expect(error).toMatchObject({ code: 'invalid-argument', field: 'c' })
})

function thrownBy(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return error
  }
}
