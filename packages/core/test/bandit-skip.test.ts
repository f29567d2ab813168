import {
  type BanditSkipState,
  banditSkip,
  float32Space,
  frozen,
  lagrangeWeights,
  linearSchedule,
  memoryPolicyStore,
  type Random,
  type SampleOptions,
  type SkipBandit,
  sample,
} from '@fastflow/core'
import { countingVelocity, gaussianFlow, mixtureFlow } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { mixture, noise, seeded } from './support/runs.ts'

interface Means {
  readonly pulls: readonly number[]
  readonly rewards: readonly number[]
}

/** Tries every arm once, then takes the best mean; explores with probability `epsilon`. */
function greedy(epsilon = 0): SkipBandit<Means> {
  return {
    name: 'greedy',
    init: ({ arms }) => ({
      pulls: new Array<number>(arms).fill(0),
      rewards: new Array<number>(arms).fill(0),
    }),
    select: ({ pulls, rewards }, random: Random) => {
      const untried = pulls.indexOf(0)
      if (untried >= 0) return { arm: untried }
      if (random() < epsilon) return { arm: Math.floor(random() * pulls.length) }
      const means = rewards.map((reward, arm) => reward / pulls[arm]!)
      return { arm: means.indexOf(Math.max(...means)) }
    },
    update: ({ pulls, rewards }, { arm, reward }) => ({
      pulls: pulls.map((count, i) => count + (i === arm ? 1 : 0)),
      rewards: rewards.map((sum, i) => sum + (i === arm ? reward : 0)),
    }),
  }
}

interface Log {
  readonly arms: number
  readonly seen: readonly {
    readonly arm: number
    readonly reward: number
    readonly propensity?: number | undefined
  }[]
}

/** Picks arms from a list, one list for all steps, and keeps what it is told. */
function recording(script: readonly number[]): SkipBandit<Log> & { readonly counts: number[] } {
  const left = [...script]
  const counts: number[] = []
  return {
    name: 'recording',
    counts,
    init: ({ arms }) => ({ arms, seen: [] }),
    select: ({ arms }) => {
      counts.push(arms)
      return { arm: Math.min(left.shift() ?? 0, arms - 1), propensity: 0.25 }
    },
    update: (state, observation) => ({ ...state, seen: [...state.seen, observation] }),
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}

const schedule = linearSchedule(20)
const arms = [0, 2, 4]
const base = { velocity: mixture.velocity, schedule, x: noise(1) }

const element = [1, -0.5, 0.25, -1.5]
const means = [element, element.map((value) => -value)].map((each) =>
  [0, 1, 2, 3, 4, 5, 6, 7].flatMap(() => each),
)

// Like images: data far narrower than the noise, so that the paths bend late and hardly at all before.
const narrowFlows = [
  { flow: 'Gaussian', velocity: gaussianFlow({ mean: element, std: 0.05 }).velocity },
  { flow: 'mixture', velocity: mixtureFlow({ weights: [0.6, 0.4], means, std: 0.05 }).velocity },
]

async function calibrated<B>(
  bandit: SkipBandit<B>,
  options: Partial<SampleOptions<Float32Array, BanditSkipState<B>>> = {},
) {
  const policy = banditSkip({ bandit, arms })
  const first = await sample<Float32Array, BanditSkipState<B>>({ ...base, ...options, policy })
  return { policy, first, state: first.policyState }
}

describe('the first run', () => {
  it('evaluates every step, asks no bandit and prices a call by the worst error of any arm', async () => {
    const bandit = recording([])
    const velocities: Float32Array[] = []
    const { first, state } = await calibrated(bandit, {
      velocity: (x, sigma, call) => {
        const v = mixture.velocity(x, sigma, call)
        velocities.push(v.slice())
        return v
      },
    })
    expect(first.stats.decisions).toBe('C'.repeat(20))
    expect(bandit.counts).toEqual([])
    const { sigmas } = schedule
    const errors = arms.flatMap((arm) =>
      velocities.flatMap((v, landing) => {
        const from = landing - 1 - arm
        if (from < 1) return []
        const r = (sigmas[landing]! - sigmas[from]!) / (sigmas[from]! - sigmas[from - 1]!)
        const forecast = velocities[from]!.map((value, k) => (1 + r) * value - r * velocities[from - 1]![k]!)
        return [float32Space.meanSquaredDifference(forecast, v) as number]
      }),
    )
    expect(state.mu).toBeCloseTo(Math.max(...errors) / 20, 6)
    expect(state).toMatchObject({
      generations: 1,
      numSteps: 20,
      arms,
      bandit: 'recording',
      calibration: null,
      pending: null,
    })
  })

  it('is repeated when it was cut short', async () => {
    const { policy, state } = await calibrated(greedy(), { onStep: ({ index }) => index < 5 })
    expect(state).toMatchObject({ mu: null, generations: 0, calibration: null })
    const second = await sample({ ...base, policy, policyState: state })
    expect(second.stats.nfe).toBe(20)
    expect(second.policyState.generations).toBe(1)
  })
})

describe('learning', () => {
  it('gives the reward to the bandit that decided, in units of mu max(arms)', async () => {
    const seen: { sigma: number; v: Float32Array }[] = []
    const bandit = recording([1, 2, 0, 1, 1, 1])
    const { policy, state } = await calibrated(bandit)
    const run = await sample({
      ...base,
      policy,
      policyState: state,
      trace: true,
      velocity: (x, sigma, call) => {
        const v = mixture.velocity(x, sigma, call)
        seen.push({ sigma, v: v.slice() })
        return v
      },
    })
    const visited = run.trace.map(({ index }) => index)
    expect(visited.slice(0, 4)).toEqual([0, 3, 8, 9])
    const mu = state.mu!
    for (const [i, step] of visited.entries()) {
      const logged = run.policyState.bandits[step]?.seen ?? []
      const next = visited[i + 1]
      if (logged.length === 0) continue
      // The forecast from the definition: a line through the last two velocities.
      const nodes = [seen[i]!, ...(i > 0 ? [seen[i - 1]!] : [])]
      const weights = new Float64Array(nodes.length)
      lagrangeWeights(
        weights,
        nodes.map(({ sigma }) => sigma),
        nodes.length,
        seen[i + 1]!.sigma,
      )
      const forecast = new Float32Array(2)
      float32Space.linearCombination(
        forecast,
        nodes.map(({ v }, a) => ({ weight: weights[a]!, vector: v })),
      )
      const mismatch = await float32Space.meanSquaredDifference(forecast, seen[i + 1]!.v)
      const skipped = next! - step - 1
      expect(logged).toHaveLength(1)
      expect(logged[0]).toMatchObject({ arm: arms.indexOf(skipped), propensity: 0.25 })
      expect(logged[0]!.reward).toBeCloseTo((mu * skipped - mismatch) / (mu * 4), 9)
    }
    const rewarded = run.policyState.bandits.flatMap((each, step) =>
      each && each.seen.length > 0 ? [step] : [],
    )
    expect(rewarded).toEqual(visited.filter((step) => state.bandits[step] !== null))
  })

  it('never offers an arm that would leave no evaluation before the end', async () => {
    for (const list of [
      [0, 2, 4],
      [1, 2, 4, 8],
      [0, 30],
    ]) {
      const policy = banditSkip({ bandit: greedy(0.5), arms: list })
      let policyState: BanditSkipState<Means> | undefined
      const random = seeded(3)
      for (let i = 0; i < 30; i++) {
        const run = await sample({ ...base, policy, random, ...(policyState && { policyState }) })
        expect(run.status.kind).toBe('completed')
        expect(run.stats.decisions.at(-1)).toBe('C')
        policyState = run.policyState
      }
      for (const [step, each] of policyState!.bandits.entries()) {
        const possible = list.filter((arm) => step + 1 + arm < 20).length
        expect(each?.pulls.length ?? 0).toBe(possible > 1 ? possible : 0)
      }
    }
  })

  it('skips by the one arm that fits where there is only one', async () => {
    const policy = banditSkip({ bandit: recording([]), arms: [1, 30] })
    const { policyState } = await sample({ ...base, policy })
    const { stats } = await sample({ ...base, policy, policyState })
    expect(stats.decisions).toBe(`${'CS'.repeat(9)}CC`)
  })

  it.each(narrowFlows)(
    'cuts the evaluations on the $flow flow and keeps the result',
    async ({ velocity }) => {
      const policy = banditSkip({ bandit: greedy(), arms: [0, 2, 4, 6] })
      const options = { schedule: linearSchedule(50), policy }
      let policyState: BanditSkipState<Means> | undefined
      const counting = countingVelocity<Float32Array>(velocity)
      for (let i = 0; i < 40; i++) {
        counting.reset()
        const at = { velocity: counting.velocity, x: noise(i, 32), random: seeded(i) }
        const run = await sample({ ...options, ...at, ...(policyState && { policyState }) })
        counting.expectNfe(run.stats.nfe)
        policyState = run.policyState
      }
      expect(policyState!.generations).toBe(40)
      const x = noise(1000, 32)
      const full = await sample({ velocity, schedule: options.schedule, x })
      const fast = await sample({
        ...options,
        velocity,
        x,
        policy: frozen(policy),
        policyState: policyState!,
      })
      expect(fast.stats.nfe).toBeLessThanOrEqual(20)
      expect(await float32Space.meanSquaredDifference(fast.x, full.x)).toBeLessThan(1e-4)
    },
  )

  it('keeps what was learned before a run was cut short, without counting the run', async () => {
    const { policy, state } = await calibrated(greedy())
    const run = await sample({ ...base, policy, policyState: state, onStep: ({ index }) => index < 10 })
    expect(run.policyState.generations).toBe(1)
    expect(run.policyState.pending).toBeNull()
    expect(run.policyState.bandits[0]!.pulls).toEqual([1, 0, 0])
  })
})

describe('a bandit with a range of rewards', () => {
  const within = (rewards: { low: number; high: number }) => {
    const bandit = recording([1, 2, 0, 1, 1, 1])
    return { ...bandit, rewards }
  }
  /** Rewards that a second run gave, with forecasts as bad as `price` makes them cost. */
  async function rewardsOf(bandit: SkipBandit<Log>, price = 1): Promise<number[]> {
    const policy = banditSkip({ bandit, arms, price })
    const { policyState } = await sample({ ...base, policy })
    const second = await sample({ ...base, policy, policyState })
    return second.policyState.bandits.flatMap((each) => each?.seen.map(({ reward }) => reward) ?? [])
  }

  it('is told rewards as they are where they fit', async () => {
    const plain = await rewardsOf(recording([1, 2, 0, 1, 1, 1]))
    expect(plain.length).toBeGreaterThan(3)
    for (const range of [
      { low: -1, high: 1 },
      { low: -(2 ** 300), high: 2 ** 300 },
    ])
      expect(await rewardsOf(within(range))).toEqual(plain)
  })

  it.each([
    [0, 1],
    [-3, -1],
    [0, 1e-3],
    [-0.5, 2],
  ])('is told rewards scaled from [-1, 1] to [%d, %d]', async (low, high) => {
    const plain = await rewardsOf(recording([1, 2, 0, 1, 1, 1]))
    const scaled = await rewardsOf(within({ low, high }))
    for (const [i, reward] of plain.entries())
      expect(scaled[i]).toBeCloseTo(low + ((Math.max(-1, reward) + 1) / 2) * (high - low), 12)
  })

  it('is told of nothing worse than its low end, however bad a forecast was', async () => {
    const plain = await rewardsOf(recording([1, 2, 0, 1, 1, 1]), 1e-6)
    expect(Math.min(...plain)).toBeLessThan(-10)
    const cut = await rewardsOf(within({ low: -2, high: 1 }), 1e-6)
    expect(cut).toEqual(plain.map((reward) => Math.max(-2, reward)))
    const scaled = await rewardsOf(within({ low: 0, high: 1 }), 1e-6)
    expect(Math.min(...scaled)).toBe(0)
    expect(Math.max(...scaled)).toBeLessThanOrEqual(1)
    const worst = await rewardsOf(recording([1, 2, 0, 1, 1, 1]), 1e-320)
    expect(worst.every(Number.isFinite)).toBe(true)
  })
})

describe('a bandit that cannot learn in a run', () => {
  const good = greedy()
  const withoutContexts = () => {
    throw new RangeError('dimension: is missing')
  }
  it.each<[string, unknown, RegExp]>([
    ['bandit', undefined, /is no bandit; pass one/],
    ['bandit', 'ucb1', /is no bandit/],
    ['bandit.select', { ...good, select: undefined }, /has init, select and update/],
    ['bandit.update', { ...good, update: 7 }, /has init, select and update/],
    ['bandit.name', { ...good, name: '' }, /is no name/],
    ['bandit', { ...good, feedback: 'all-arms' }, /rewards of all arms.*exp3\(\)/],
    ['bandit.rewards', { ...good, rewards: { low: 1, high: 0 } }, /low below high/],
    ['bandit.rewards', { ...good, rewards: { low: 0, high: NaN } }, /low below high/],
    ['bandit.rewards', { ...good, rewards: null }, /low below high/],
    ['bandit', { ...good, init: withoutContexts }, /cannot start.*\(dimension: is missing\).*ucb1\(\)/],
  ])('is refused before the first run: %s', (field, bandit, problem) => {
    const create = () => banditSkip({ bandit: bandit as SkipBandit<Means>, arms })
    expect(create).toThrow(expect.objectContaining({ code: 'invalid-argument', field }))
    expect(create).toThrow(problem)
  })

  it.each([3, -1, 0.5, NaN, undefined])('or chooses arm %s of three is told of', async (arm) => {
    const bandit = { ...greedy(), select: () => ({ arm: arm as number }) }
    const { policy, state } = await calibrated(bandit)
    const run = sample({ ...base, policy, policyState: state })
    await expect(run).rejects.toMatchObject({ code: 'invalid-argument', field: 'bandit.select' })
  })
})

describe('state', () => {
  it('is JSON: a run goes on from a stored copy as from the state itself', async () => {
    const store = memoryPolicyStore()
    const { policy, state } = await calibrated(greedy())
    const learned = (await sample({ ...base, policy, policyState: state })).policyState
    await store.save('a1', learned)
    const stored = (await store.load('a1')) as typeof learned
    expect(stored).toStrictEqual(learned)
    const [a, b] = [
      await sample({ ...base, policy, policyState: learned }),
      await sample({ ...base, policy, policyState: stored }),
    ]
    expect(b.x).toEqual(a.x)
    expect(b.policyState).toStrictEqual(a.policyState)
  })

  it('is never changed in place', async () => {
    const { policy, state } = await calibrated(greedy(0.3))
    let policyState = deepFreeze(state)
    for (let i = 0; i < 5; i++) {
      policyState = deepFreeze(
        (await sample({ ...base, policy, policyState, random: seeded(i) })).policyState,
      )
    }
    expect(policyState.generations).toBe(6)
  })

  it('stays as it is under frozen()', async () => {
    const { policy, state } = await calibrated(greedy())
    const learned = (await sample({ ...base, policy, policyState: state })).policyState
    const still = frozen(policy)
    expect(still.name).toBe('greedy-skip-frozen')
    for (const onStep of [() => true, ({ index }: { index: number }) => index < 4]) {
      const run = await sample({ ...base, policy: still, policyState: learned, onStep })
      expect(run.policyState).toStrictEqual(learned)
      expect(run.stats.nfe).toBeLessThan(20)
    }
    const unlearned = await sample({ ...base, policy: still })
    expect(unlearned.policyState).toMatchObject({ mu: null, generations: 0 })
  })

  it('is refused where it does not fit, naming the field', async () => {
    const { state } = await calibrated(greedy())
    const mismatch = (field: string): object => ({ code: 'policy-mismatch', field })
    const resume = (policy = banditSkip({ bandit: greedy(), arms }), numSteps = 20) =>
      sample({ ...base, schedule: linearSchedule(numSteps), policy, policyState: state })
    await expect(resume(undefined, 19)).rejects.toMatchObject(mismatch('policy.numSteps'))
    await expect(resume(banditSkip({ bandit: greedy(), arms: [0, 2] }))).rejects.toMatchObject(
      mismatch('policy.arms'),
    )
    const other = banditSkip({ bandit: { ...greedy(), name: 'other' }, arms })
    await expect(resume(other)).rejects.toMatchObject(mismatch('policy.bandit'))
  })
})

describe('arms', () => {
  it.each([[[]], [[2]], [[2, 2]], [[4, 2]], [[-1, 2]], [[0.5, 2]], [[0, NaN]]])('%j are refused', (list) => {
    const refusal = expect.objectContaining({ code: 'invalid-argument', field: 'arms' })
    expect(() => banditSkip({ bandit: greedy(), arms: list })).toThrow(refusal)
  })

  it('are copied', () => {
    const list = [0, 2]
    const policy = banditSkip({ bandit: greedy(), arms: list })
    list.push(1)
    expect(policy.init({ sigmas: schedule.sigmas, numSteps: 20, random: seeded(0) }).arms).toEqual([0, 2])
  })
})

describe('prices beyond all measure', () => {
  it.each([1e300, Number.MAX_VALUE])('of %d leave rewards and state finite', async (price) => {
    const rewards: number[] = []
    const bandit: SkipBandit<Means> = {
      ...greedy(),
      update: (state, observation) => {
        rewards.push(observation.reward)
        return greedy().update(state, observation)
      },
    }
    const policy = banditSkip({ bandit, arms: [0, 2, 4], price })
    const schedule = linearSchedule(12)
    const velocity = (x: Float32Array, sigma: number): Float32Array =>
      x.map((_, i) => 1e15 * Math.sin(i + 9 * sigma))
    let policyState: BanditSkipState<Means> | undefined
    for (let run = 0; run < 4; run++) {
      const x = noise(run, 8)
      const result = await sample({ velocity, schedule, x, policy, ...(policyState && { policyState }) })
      policyState = result.policyState
    }
    expect(rewards.length).toBeGreaterThan(0)
    expect(rewards.filter((reward) => !Number.isFinite(reward))).toEqual([])
    expect(JSON.parse(JSON.stringify(policyState))).toEqual(policyState)
  })
})
