import { describe, expect, it } from 'vitest'
import { evaluateOffPolicy, type LoggedDecision, offPolicySteps } from '../src/index.ts'
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
    const mean = estimates.reduce((sum, { value }) => sum + value, 0) / estimates.length
    expect(Math.abs(mean - TRUTH)).toBeLessThan(0.03)
    const covered = estimates.filter(({ low, high }) => low <= TRUTH && TRUTH <= high).length
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
    return high - low
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
