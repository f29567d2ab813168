import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  evaluateOffPolicy,
  type LoggedDecision,
  type OffPolicyOptions,
  offPolicySteps,
} from '../src/index.ts'
import { seeded } from './seeded.ts'

const LOGGING = [0.7, 0.2, 0.1]
const TARGET = [0.1, 0.2, 0.7]
const MEANS = [0.3, 0.5, 0.8]
const TRUTH = MEANS.reduce((sum, mean, arm) => sum + mean * TARGET[arm]!, 0)

/** A log of Bernoulli rewards; `model` is what a reward model expects of every arm. */
function logOf(seed: number, length: number, model = MEANS): LoggedDecision[] {
  const random = seeded(seed)
  const modelledTarget = model.reduce((sum, mean, arm) => sum + mean * TARGET[arm]!, 0)
  return Array.from({ length }, () => {
    const u = random()
    const arm = u < 0.7 ? 0 : u < 0.9 ? 1 : 2
    const reward = random() < MEANS[arm]! ? 1 : 0
    const shares = { propensity: LOGGING[arm]!, target: TARGET[arm]! }
    return { ...shares, reward, modelled: model[arm]!, modelledTarget }
  })
}

const wrong = [0.9, 0.1, 0.2]

describe.each(['ips', 'snips', 'dr'] as const)('%s', (method) => {
  it('is right on average, and its interval holds as often as it says', () => {
    const estimates = Array.from({ length: 60 }, (_, seed) =>
      evaluateOffPolicy(logOf(seed, 300, wrong), { method, random: seeded(seed + 1000), resamples: 200 }),
    )
    const mean = estimates.reduce((sum, { value }) => sum + value!, 0) / estimates.length
    expect(Math.abs(mean - TRUTH)).toBeLessThan(0.03)
    const covered = estimates.filter(({ low, high }) => low! <= TRUTH && TRUTH <= high!).length
    expect(covered).toBeGreaterThanOrEqual(51)
  })

  it('judges the logging policy itself by the mean of its rewards', () => {
    const log = logOf(1, 200).map((row) => ({
      ...row,
      target: row.propensity,
      modelled: 0,
      modelledTarget: 0,
    }))
    const { value, effective } = evaluateOffPolicy(log, { method, random: seeded(1) })
    expect(value).toBeCloseTo(log.reduce((sum, { reward }) => sum + reward, 0) / 200, 12)
    expect(effective).toBeCloseTo(200, 9)
  })
})

it('a right model makes the doubly robust estimate the sharpest', () => {
  const width = (method: 'ips' | 'dr') => {
    const { low, high } = evaluateOffPolicy(logOf(5, 400), { method, random: seeded(1) })
    return high! - low!
  }
  expect(width('dr')).toBeLessThan(0.75 * width('ips'))
})

it('says what share of the weights was cut', () => {
  const { clipped, value } = evaluateOffPolicy(logOf(2, 500), { method: 'ips', clip: 2, random: seeded(1) })
  expect(clipped).toBeGreaterThan(0.05)
  expect(value).toBeLessThan(TRUTH)
})

it('names the decision and the field of bad input', () => {
  const random = seeded(1)
  const good = { propensity: 0.5, target: 0.5, reward: 1 }
  expect(() => evaluateOffPolicy([], { random })).toThrow(/^log: has no decisions/)
  expect(() => evaluateOffPolicy([good, { ...good, propensity: 0 }], { random })).toThrow(
    /^log\[1\]\.propensity: /,
  )
  expect(() => evaluateOffPolicy([{ ...good, target: 2 }], { random })).toThrow(/^log\[0\]\.target: /)
  expect(() => evaluateOffPolicy([good], { method: 'dr', random })).toThrow(/^log\[0\]\.modelled: /)
  expect(() => evaluateOffPolicy([good], { method: 'best' as 'ips', random })).toThrow(
    /^method: "best" is unknown/,
  )
})

describe.each(['ips', 'snips', 'dr'] as const)('%s where the log does not tell', (method) => {
  const decision = { propensity: 0.5, target: 0.5, reward: 5, modelled: 5.5, modelledTarget: 5.5 }
  const judge = (log: readonly Partial<LoggedDecision>[], options: Partial<OffPolicyOptions> = {}) =>
    evaluateOffPolicy(
      log.map((change) => ({ ...decision, ...change })),
      { method, random: seeded(1), ...options },
    )
  const nothing = { value: undefined, low: undefined, high: undefined }

  it('has no value without overlap, rather than 0', () => {
    const log = [
      { target: 0, reward: 5 },
      { target: 0, reward: 6 },
    ]
    const none = judge(log)
    expect(none).toMatchObject({ ...nothing, status: 'no-overlap', effective: 0, decisions: 2 })
    expect(none.remedy).toMatch(/^no decision of the log is one that the policy would make; log some/)
    const declared = judge(log, { rewards: { low: 0, high: 10 } })
    expect(declared).toMatchObject({ status: 'no-overlap', value: undefined, low: 0, high: 10 })
    expect(judge([{ target: 0 }])).toMatchObject({ ...nothing, status: 'no-overlap' })
  })

  it.each<[string, Partial<LoggedDecision>[]]>([
    ['one decision', [{}]],
    ['decisions that all say the same', new Array(20).fill({})],
    ['one that speaks among many that do not', [{}, ...new Array(40).fill({ target: 0, reward: 6 })]],
  ])('has no interval of width 0 from %s', (_, log) => {
    const shown = judge(log, { rewards: { low: 0, high: 10 } })
    expect(shown.status).toBe('no-spread')
    expect(shown.remedy).toMatch(/^the log has [\d.]+ effective decisions without any spread; log more$/)
    expect(shown.high! - shown.low!).toBeGreaterThan(1)
    expect(shown.low!).toBeGreaterThanOrEqual(0)
    expect(shown.low!).toBeLessThanOrEqual(shown.value!)
    expect(shown.high!).toBeGreaterThanOrEqual(shown.value!)
    expect(shown.high!).toBeLessThanOrEqual(10)
    const observed = judge(log)
    expect(observed).toMatchObject({ status: 'no-spread', low: undefined, high: undefined })
    expect(observed.remedy).toMatch(/or declare the range of the rewards$/)
    expect(observed.value).toBeGreaterThanOrEqual(5)
    expect(observed.value).toBeLessThanOrEqual(6)
  })

  it('narrows the interval with the effective decisions where nothing varies', () => {
    const width = (count: number): number => {
      const { low, high } = judge(new Array(count).fill({}), { rewards: { low: 0, high: 10 } })
      return high! - low!
    }
    expect(width(400)).toBeLessThan(width(50) / 2)
  })

  it('stays inside the range of the rewards, declared or observed, whatever the log is', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    const log = fc.array(
      fc.record({
        propensity: fc.double({ min: 1e-9, max: 1, noNaN: true }),
        target: fc.oneof(share, fc.constantFrom(0, 5e-324, 1e-200, 1)),
        reward: fc.double({ min: -3, max: 3, noNaN: true }),
        modelled: fc.double({ min: -9, max: 9, noNaN: true }),
        modelledTarget: fc.double({ min: -9, max: 9, noNaN: true }),
      }),
      { minLength: 1, maxLength: 12 },
    )
    fc.assert(
      fc.property(log, fc.boolean(), (decisions, declare) => {
        const rewards = { low: -3, high: 3 }
        const result = judge(decisions, { resamples: 100, ...(declare && { rewards }) })
        const seen = decisions.map(({ reward }) => reward)
        const range = declare ? rewards : { low: Math.min(...seen), high: Math.max(...seen) }
        expect(result.remedy === undefined).toBe(result.status === 'estimated')
        expect(Number.isFinite(result.effective)).toBe(true)
        for (const value of [result.value, result.low, result.high]) {
          if (value === undefined) expect(result.status).not.toBe('estimated')
          else expect(value >= range.low && value <= range.high).toBe(true)
        }
        if (result.low === undefined || result.high === undefined) return
        expect(result.low).toBeLessThan(result.high)
        if (result.value === undefined) return
        expect(result.low <= result.value && result.value <= result.high).toBe(true)
      }),
    )
  })

  it.each([0, Number.NaN, -0.1, 1.1, undefined, '0.5'])('refuses the propensity %s', (propensity) => {
    expect(() => judge([{}, { propensity: propensity as number }])).toThrow(/^log\[1\]\.propensity: /)
  })

  it('refuses rewards outside of what was declared', () => {
    expect(() => judge([{ reward: 11 }], { rewards: { low: 0, high: 10 } })).toThrow(/^log\[0\]\.reward: /)
    expect(() => judge([{}], { rewards: { low: 10, high: 0 } })).toThrow(/^rewards: must have its low/)
  })
})

it('snips does not lose weights that are tiny together', () => {
  const log = [5, 6].map((reward) => ({ propensity: 1, target: 1e-320, reward }))
  expect(evaluateOffPolicy(log, { random: seeded(1) })).toMatchObject({ value: 5.5, effective: 2 })
})

it('says where the weights do not fit the log', () => {
  const log = Array.from({ length: 50 }, (_, i) => ({ propensity: 1, target: 0.01, reward: 5 + (i % 2) }))
  const { status, value, remedy } = evaluateOffPolicy(log, { method: 'ips', random: seeded(1) })
  expect({ status, value }).toEqual({ status: 'misfit', value: undefined })
  expect(remedy).toMatch(/^the weights average 0\.0100 where 1 is expected; .*snips$/)
})

it('ips does not take what was hardly logged for rewards of 0', () => {
  // The log has every arm but the one that the policy nearly always takes.
  const log = Array.from({ length: 200 }, (_, i) => ({ propensity: 0.5, target: 0.05, reward: i % 2 }))
  const judge = (method: 'ips' | 'snips') =>
    evaluateOffPolicy(log, { method, rewards: { low: 0, high: 1 }, random: seeded(1) })
  expect(judge('ips')).toMatchObject({ status: 'misfit', value: undefined, low: 0, high: 1 })
  expect(judge('ips').remedy).toMatch(/^the weights average 0\.100 where 1 is expected/)
  expect(judge('snips')).toMatchObject({ status: 'estimated', value: 0.5 })
})

describe('an estimate in steps', () => {
  it('is the same, a step a resample', () => {
    const log = Array.from({ length: 20 }, (_, i) => ({ propensity: 0.5, reward: i / 20, target: i % 2 }))
    const steps = offPolicySteps(log, { resamples: 100, random: seeded(7) })
    let taken = 0
    let step = steps.next()
    for (; !step.done; step = steps.next()) taken++
    expect(taken).toBe(100)
    expect(step.value).toEqual(evaluateOffPolicy(log, { resamples: 100, random: seeded(7) }))
  })
})
