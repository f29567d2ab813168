import {
  createSchedule,
  emulate,
  flatSegment,
  float32Space,
  fullPolicy,
  integrate,
  linearSchedule,
  maskFromDecisions,
  policyFromMask,
  randomBudget,
  randomSkip,
  replay,
  type SampleOptions,
  type SampleResult,
  type SkipPolicy,
  sample,
  uniformSkip,
} from '@fastflow/core'
import { countingVelocity } from '@fastflow/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryGrid } from './support/arbitraries.ts'
import { eulerByHand, gaussian, mixture, noise, seeded } from './support/runs.ts'

/** One run whose statistics are checked against the recorded calls. */
async function run<State>(
  policy: SkipPolicy<State>,
  options: Partial<SampleOptions<Float32Array, State>> = {},
): Promise<SampleResult<Float32Array, State> & { readonly indices: readonly number[] }> {
  const schedule = options.schedule ?? linearSchedule(20)
  const counting = countingVelocity<Float32Array>(options.velocity ?? mixture.velocity)
  const result = await sample<Float32Array, State>({
    x: noise(1),
    passesPerEvaluation: 2,
    ...options,
    schedule,
    velocity: counting.velocity,
    policy,
  })
  const { stats, status } = result
  expect(status).toEqual({ kind: 'completed' })
  counting.expectNfe(stats.nfe)
  expect(stats.passes).toBe(2 * stats.nfe)
  expect(stats.steps).toBe(schedule.sigmas.length - 1)
  expect(stats.decisions).toHaveLength(stats.steps)
  const indices = counting.calls.map(({ index }) => index)
  expect(counting.calls.map(({ sigma }) => sigma)).toEqual(indices.map((index) => schedule.sigmas[index]))
  expect([...stats.decisions].flatMap((letter, k) => (letter === 'C' ? [k] : []))).toEqual(indices)
  return { ...result, indices }
}

describe('full policy', () => {
  it('is Euler by hand, bit for bit, whatever the extrapolator', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryGrid(1, 12), fc.nat(), async (sigmas, seed) => {
        const schedule = createSchedule('random', sigmas)
        const x = noise(seed, 2)
        const expected = await eulerByHand(mixture.velocity, schedule, x)
        for (const extrapolator of [emulate(1), emulate(2), emulate(3)]) {
          const result = await run(fullPolicy(), { schedule, x, extrapolator })
          expect(result.x).toEqual(expected)
          expect(result.stats.decisions).toBe('C'.repeat(sigmas.length - 1))
        }
        expect((await sample({ velocity: mixture.velocity, schedule, x })).x).toEqual(expected)
      }),
      { numRuns: 25 },
    )
  })
})

describe('uniform skip', () => {
  it.each([1, 2, 7, 20, 50])('spends every budget exactly on %i steps', async (numSteps) => {
    const schedule = linearSchedule(numSteps)
    for (let nfe = 1; nfe <= numSteps; nfe++) {
      const { stats, indices } = await run(uniformSkip(nfe), { schedule })
      expect(stats.nfe).toBe(nfe)
      expect(indices).toEqual(Array.from({ length: nfe }, (_, i) => Math.round((i * numSteps) / nfe)))
      const gaps = [...indices.slice(1), numSteps].map((index, i) => index - indices[i]!)
      expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1)
    }
  })

  it('evaluates every step where the budget exceeds them', async () => {
    expect((await run(uniformSkip(99))).stats.nfe).toBe(20)
  })
})

describe('random policies', () => {
  it('randomSkip makes only jumps of its arms, but for the one cut short by the end', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const { indices } = await run(randomSkip([0, 2, 5]), { random: seeded(seed) })
      const skips = indices.slice(1).map((index, i) => index - indices[i]! - 1)
      expect(skips.every((skip) => [0, 2, 5].includes(skip))).toBe(true)
    }
  })

  it('randomSkip draws each arm about equally often', async () => {
    const schedule = linearSchedule(3000)
    const { indices } = await run(randomSkip([0, 1, 2]), { schedule, random: seeded(1) })
    // Mean jump of 2: 1,500 evaluations, standard deviation sqrt(1500 * (2 / 3) / 4) = 16.
    expect(Math.abs(indices.length - 1500)).toBeLessThan(64)
  })

  it('randomBudget spends every budget exactly and reaches every index', async () => {
    const counts = new Array<number>(20).fill(0)
    for (let nfe = 1; nfe <= 20; nfe++) {
      const { stats } = await run(randomBudget(nfe), { random: seeded(nfe) })
      expect(stats.nfe).toBe(nfe)
    }
    for (let seed = 0; seed < 200; seed++) {
      const { indices } = await run(randomBudget(5), { random: seeded(seed) })
      for (const index of indices) counts[index]!++
    }
    expect(counts[0]).toBe(200)
    // Each other index: binomial(200, 4 / 19), mean 42, standard deviation 5.8.
    for (const count of counts.slice(1)) expect(Math.abs(count - 42)).toBeLessThan(24)
  })

  it('repeat with the same randomness and differ with another', async () => {
    for (const policy of [randomSkip([0, 1, 2, 3]), randomBudget(7)] as SkipPolicy<unknown>[]) {
      const [a, b, c] = [
        await run(policy, { random: seeded(5) }),
        await run(policy, { random: seeded(5) }),
        await run(policy, { random: seeded(6) }),
      ]
      expect(b.x).toEqual(a.x)
      expect(c.stats.decisions).not.toBe(a.stats.decisions)
    }
  })
})

describe('flat segments', () => {
  const nothing = flatSegment({ threshold: 0, skip: 3 })
  const everything = flatSegment({ threshold: 1e9, skip: 3 })

  it('skips nothing at threshold 0 and after every landing but the first at a huge one', async () => {
    expect((await run(nothing)).stats.decisions).toBe('C'.repeat(20))
    expect((await run(everything)).stats.decisions).toBe(`C${'CSSS'.repeat(4)}CSS`)
  })

  it('takes a constant velocity, zero included, for flat', async () => {
    for (const value of [1, 0]) {
      const policy = flatSegment({ threshold: 1e-6, skip: 3 })
      const { trace, stats } = await run(policy, {
        velocity: (_, __, { out }) => out.fill(value),
        trace: true,
      })
      expect(trace[1]!.relativeChange).toBe(0)
      expect(stats.decisions).toBe(`C${'CSSS'.repeat(4)}CSS`)
    }
  })

  it('measures |v - v_prev| / |v_prev| and divides it by the steps in between', async () => {
    // Velocity 1, 2, 3, ... at index 0, 1, 2, ...
    const velocity: SampleOptions<Float32Array, number>['velocity'] = (_, __, { index, out }) =>
      out.fill(index + 1)
    const { trace, indices } = await run(flatSegment({ threshold: 0.3, skip: 2 }), { velocity, trace: true })
    expect(indices.slice(0, 7)).toEqual([0, 1, 2, 3, 4, 7, 10])
    expect(trace.slice(1, 6).map(({ relativeChange }) => relativeChange)).toEqual(
      [1, 1 / 2, 1 / 3, 1 / 4, 3 / 5].map((value) => expect.closeTo(value, 12)),
    )
  })
})

describe('replay', () => {
  it('of the decisions of any run gives the same bits', async () => {
    const flat = flatSegment({ threshold: 0.05, skip: 2 })
    const policies = [uniformSkip(6), randomSkip([0, 1, 3]), randomBudget(8), flat, fullPolicy()]
    for (const policy of policies as SkipPolicy<unknown>[]) {
      for (const extrapolator of [emulate(2), emulate(3), integrate(3)]) {
        const original = await run(policy, { extrapolator })
        const again = await run(replay(original.stats.decisions), { extrapolator })
        expect(again.x).toEqual(original.x)
        expect(again.stats.decisions).toBe(original.stats.decisions)
      }
    }
  })

  it('evaluates what a mask marks, and masks survive the round trip', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 24 }), async (rest) => {
        const mask = [1, ...rest.map(Number)]
        const { stats } = await run(policyFromMask(mask), { schedule: linearSchedule(mask.length) })
        expect(maskFromDecisions(stats.decisions)).toEqual(mask)
        expect(stats.nfe).toBe(mask.reduce((sum, bit) => sum + bit, 0))
      }),
    )
    expect(
      (await run(policyFromMask([true, false, true]), { schedule: linearSchedule(3) })).stats.decisions,
    ).toBe('CSC')
  })

  it('reads letters other than S as evaluated', async () => {
    expect((await run(replay('CGSR'), { schedule: linearSchedule(4) })).stats.decisions).toBe('CCSC')
    expect(maskFromDecisions('CGSR')).toEqual([1, 1, 0, 1])
  })

  it('refuses decisions of another length when the run starts', async () => {
    const refused = sample({
      velocity: gaussian.velocity,
      schedule: linearSchedule(5),
      x: noise(1),
      policy: replay('CSC'),
    })
    await expect(refused).rejects.toThrow('decisions: has 3 letters, the schedule 5 steps')
  })
})

describe('misuse', () => {
  it.each([
    ['nfe', () => uniformSkip(0)],
    ['nfe', () => uniformSkip(2.5)],
    ['nfe', () => randomBudget(-1)],
    ['nfe', () => randomBudget(NaN)],
    ['arms', () => randomSkip([])],
    ['arms', () => randomSkip([1, -1])],
    ['arms', () => randomSkip([0.5])],
    ['threshold', () => flatSegment({ threshold: -1, skip: 1 })],
    ['threshold', () => flatSegment({ threshold: NaN, skip: 1 })],
    ['skip', () => flatSegment({ threshold: 1, skip: 0 })],
    ['decisions', () => replay('')],
    ['decisions', () => replay('SC')],
    ['decisions', () => replay('CXC')],
    ['decisions', () => policyFromMask([0, 1])],
  ])('of %s is refused', (field, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'invalid-argument', field }))
  })
})

describe('a jump', () => {
  it('by policy weights is that combination of the velocities and the state', async () => {
    const policy: SkipPolicy<undefined> = {
      ...replay('CCSS'),
      name: 'weighted',
      depth: 2,
      decide: (state, { index }) => [
        index === 0 ? { landing: 1 } : { landing: 4, weights: [-0.5, 0.125], stateWeight: 1.25 },
        state,
      ],
    }
    const x = noise(3, 5)
    const seen: Float32Array[] = []
    const velocity: SampleOptions<Float32Array, undefined>['velocity'] = (state, sigma, call) => {
      const v = gaussian.velocity(state, sigma, call)
      seen.push(v.slice())
      return v
    }
    const result = await run(policy, { velocity, x, schedule: linearSchedule(4) })
    const expected = x.slice()
    float32Space.linearCombination(expected, [
      { weight: 1, vector: expected },
      { weight: -0.25, vector: seen[0]! },
    ])
    float32Space.linearCombination(expected, [
      { weight: 1.25, vector: expected },
      { weight: -0.5, vector: seen[1]! },
      { weight: 0.125, vector: seen[0]! },
    ])
    expect(result.x).toEqual(expected)
  })
})
