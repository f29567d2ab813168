import type { OffPolicyEstimate } from '@fastflow/bandits'
import {
  type DecisionLog,
  evaluatePolicy,
  learnedPolicy,
  namedPolicy,
  type PolicyEvaluation,
  parseDecisions,
} from '@fastflow/bench'
import { createRandom, type JsonSource } from '@fastflow/core'
import { type DecisionRecord, learnerOf } from '@fastflow/pipelines'
import { mutateJson } from '@fastflow/testkit'
import { expect, test } from 'vitest'
import { unhurried } from './support/unhurried.ts'

const ARMS = [6, 10, 50]
/** Expected rewards of the arms where the context's second entry is positive, and where it is not. */
const MEANS = [
  [0.2, 0.6, 0],
  [0.7, 0.5, 0],
] as const

/** A log of uniform choices whose rewards are known in expectation. */
function logOf(count: number): DecisionRecord[] {
  const { next } = createRandom(5)
  return Array.from({ length: count }, (_, seed) => {
    const side = next() < 0.5 ? 0 : 1
    const arm = Math.floor(next() * 3)
    return {
      format: 'fastflow-decision',
      version: 3,
      key: 'k',
      seed,
      mode: 'on',
      arms: ARMS,
      arm,
      propensity: 1 / 3,
      choices: [{ context: [1, side ? -1 : 1, 0, 0, 0, 0, 0, 0, 0], among: [0, 1, 2], taken: [arm] }],
      landings: [-2],
      metric: 'lpips',
      limit: 0.05,
      proxy: 'p/1',
      scores: [],
      shadowNfe: 0,
      reward: MEANS[side]![arm]! + 0.1 * (next() - 0.5),
    }
  })
}

const bytesOf = (lines: readonly unknown[]): Uint8Array =>
  new TextEncoder().encode(
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  )
const read = (lines: readonly unknown[]): Promise<DecisionLog> => parseDecisions(bytesOf(lines), unhurried)
const evaluate = async (records: readonly DecisionRecord[], policy: string): Promise<PolicyEvaluation> =>
  evaluatePolicy(records, namedPolicy(policy, ARMS)!, { confidence: 0.95, clip: 100 }, unhurried)
const width = ({ low, high }: OffPolicyEstimate): number => high! - low!

test.each([
  ['nfe:6', 0.45, 6],
  ['nfe:10', 0.55, 10],
  ['full', 0, 50],
  ['uniform', 1 / 3, 22],
])('%s: every estimate is near what it earns, inside its interval', async (policy, expected, nfe) => {
  const result = await evaluate(logOf(900), policy)
  expect(result.measured).toBe(900)
  expect(result.nfe).toBeCloseTo(nfe, 6)
  expect(result.estimates.map(({ method }) => method)).toEqual(['ips', 'snips', 'dr'])
  for (const { value, low, high } of result.estimates) {
    expect(value).toBeGreaterThan(expected - 0.07)
    expect(value).toBeLessThan(expected + 0.07)
    expect(low).toBeLessThanOrEqual(value!)
    expect(high).toBeGreaterThanOrEqual(value!)
  }
  expect(width(result.estimates[2]!)).toBeLessThanOrEqual(width(result.estimates[0]!) + 0.01)
})

test('broken lines are named and left out, the rest is processed', async () => {
  const log = logOf(60)
  const { records, bad } = await read([
    ...log.slice(0, 30),
    '{"format":"fastflow-decision","ver',
    'not json',
    { ...log[30]!, propensity: 0 },
    { ...log[30]!, key: 'another model' },
    { format: 'other' },
    { ...log[30]!, reward: 'x' },
    { ...log[30]!, reward: 5 },
    ...log.slice(30),
    '{"torn":',
  ])
  expect(records).toEqual(log)
  expect(bad.map(({ line }) => line)).toEqual([31, 32, 33, 34, 35, 36, 37, 68])
  for (const { problem } of bad) expect(problem).toMatch(/; left out$/)
  expect(bad[0]!.problem).toBe('is not valid JSON; left out')
  expect(bad[2]!.problem).toBe('propensity: 0 is not above 0; left out')
  expect(bad[3]!.problem).toBe('has another key than the first decision; left out')
})

test('a damaged decision is left out or read whole', async () => {
  const { next } = createRandom(4)
  const good = logOf(12)
  for (let n = 0; n < 300; n++) {
    const text = mutateJson(good[5], next).replaceAll('\n', ' ')
    const { records, bad } = await read([...good, text])
    expect(bad.every(({ line, problem }) => line === 13 && problem.endsWith('; left out'))).toBe(true)
    expect(records.length + bad.length).toBeLessThanOrEqual(13)
    const { estimates } = await evaluate(records, 'uniform')
    for (const { value, low, high } of estimates)
      expect({ text, finite: [value, low, high].every(Number.isFinite) }).toEqual({ text, finite: true })
  }
})

test('a policy that the log says nothing about has no value, and any reward is possible', async () => {
  const log = logOf(60).map((record) => ({
    ...record,
    arm: 0,
    propensity: 1,
    choices: record.choices.map((choice) => ({ ...choice, taken: [0] })),
  }))
  for (const estimate of (await evaluate(log, 'nfe:10')).estimates) {
    expect(estimate).toMatchObject({ status: 'no-overlap', low: -1, high: 1, effective: 0 })
    expect(estimate.value).toBeUndefined()
  }
})

test('decisions that all say the same give no interval of width 0', async () => {
  const log = logOf(2).map((record) => ({
    ...record,
    arm: 1,
    reward: 0.5,
    choices: [{ ...record.choices[0]!, taken: [1] }],
  }))
  const snips = (await evaluate(log, 'nfe:10')).estimates[1]!
  expect(snips).toMatchObject({ method: 'snips', status: 'no-spread', value: 0.5, high: 1 })
  expect(snips.low).toBeLessThan(0)
})

test('decisions that were not measured are no zeros, and one alone is refused', async () => {
  const log = logOf(200)
  const result = await evaluate([...log, ...log.map((record) => ({ ...record, reward: null }))], 'nfe:10')
  expect(result.measured).toBe(200)
  expect(result.estimates[1]!.value).toBeGreaterThan(0.5)
  const few = [log[0]!, { ...log[1]!, reward: null }]
  await expect(evaluate(few, 'full')).rejects.toMatchObject({
    code: 'invalid-argument',
    field: 'records',
    message: expect.stringContaining('1 measured decisions of 2'),
  })
})

test('choices on the way count as often as the policy would have made them all', async () => {
  // Plans 0 and 1 begin alike; which of them it is to be is chosen later, evenly, and 1 earns more.
  const { next } = createRandom(8)
  const log = logOf(4000).map((record): DecisionRecord => {
    const begins = next() < 0.5
    const arm = begins ? Math.floor(next() * 2) : 2
    const [first] = record.choices
    const choices = [{ ...first!, taken: begins ? [0, 1] : [2] }]
    if (begins) choices.push({ context: first!.context, among: [0, 1], taken: [arm] })
    return {
      ...record,
      arm,
      propensity: begins ? 0.25 : 0.5,
      choices,
      reward: [0.2, 0.6, 0][arm]! + 0.05 * next(),
    }
  })
  for (const [policy, expected] of [
    ['nfe:10', 0.625],
    ['uniform', 0.29],
  ] as const) {
    for (const { value } of (await evaluate(log, policy)).estimates)
      expect(Math.abs(value! - expected)).toBeLessThan(0.06)
  }
})

const source: JsonSource = { code: 'policy-unreadable', name: 'state', fix: 'give another one' }

test('a learned state from a store is a policy, as text, as bytes and parsed', async () => {
  const goal = { metric: 'lpips', limit: 0.05, confidence: 0.95 } as const
  const learner = learnerOf('lin-ts').init(goal, ARMS, undefined)
  const snapshot = { format: 'fastflow-journal', version: 1, folded: {}, document: { version: 1, learner } }
  const { context, among } = logOf(1)[0]!.choices[0]!
  const shares = [snapshot, { learner }, JSON.stringify(snapshot), bytesOf([snapshot])].map((input) =>
    learnedPolicy(input, ARMS, source)(context, among),
  )
  expect(shares[0]!.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
  for (const share of shares) expect(share).toEqual(shares[0])
  const other = { document: { learner: learnerOf().init(goal, [5, 50], undefined) } }
  const refusal = { code: 'policy-unreadable', field: 'state' }
  const wrong = learnedPolicy(other, [5, 50], source)
  expect(() => wrong([1, 2, 3], [0, 1])).toThrow(expect.objectContaining(refusal))
  for (const input of ['', 'x', '[]', '5', {}, null, { document: [] }])
    expect(() => learnedPolicy(input, ARMS, source)).toThrow(expect.objectContaining(refusal))
})

test('names are policies, others are not, and budgets that no arm has are told of', () => {
  expect(namedPolicy('uniform', ARMS)!([], [0, 2])).toEqual([0.5, 0, 0.5])
  expect(namedPolicy('full', ARMS)!([], [0, 1, 2])).toEqual([0, 0, 1])
  expect(namedPolicy('nfe:10', ARMS)!([], [0])).toEqual([0, 0, 0])
  for (const name of ['best', 'nfe:', 'nfe:-1', '']) expect(namedPolicy(name, ARMS)).toBeUndefined()
  expect(() => namedPolicy('nfe:7', ARMS)).toThrow(
    'policy: no arm of the log has 7 evaluations; available: 6, 10, 50',
  )
})
