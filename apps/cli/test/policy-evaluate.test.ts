import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRandom } from '@fastflow/core'
import { type DecisionRecord, learnerOf } from '@fastflow/pipelines'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { cli, temporaryFolder } from './run-cli.ts'

const ARMS = [6, 10, 50]
/** Expected rewards of the arms where the context's second entry is positive, and where it is not. */
const MEANS = [
  [0.2, 0.6, 0],
  [0.7, 0.5, 0],
] as const

let cwd: string
beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

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

const write = (file: string, lines: readonly unknown[]) =>
  writeFile(
    join(cwd, file),
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  )
const evaluate = (...args: string[]) => cli(cwd, ['policy', 'evaluate', ...args])

test.each([
  ['nfe:10', 0.55, 10],
  ['uniform', 1 / 3, 22],
])('%s: every estimate is near what it earns, inside its interval', async (policy, expected, nfe) => {
  await write('log.jsonl', logOf(900))
  const { code, out } = await evaluate('log.jsonl', '--policy', policy, '--json')
  expect(code).toBe(0)
  const result = JSON.parse(out)
  expect(result).toMatchObject({ decisions: 900, measured: 900, leftOut: 0, policy })
  expect(result.nfe).toBeCloseTo(nfe, 6)
  expect(result.estimates.map(({ method }: { method: string }) => method)).toEqual(['ips', 'snips', 'dr'])
  for (const { value, low, high } of result.estimates) {
    expect(value).toBeGreaterThan(expected - 0.07)
    expect(value).toBeLessThan(expected + 0.07)
    expect(low).toBeLessThanOrEqual(value)
    expect(high).toBeGreaterThanOrEqual(value)
  }
  const width = ({ low, high }: { low: number; high: number }): number => high - low
  expect(width(result.estimates[2])).toBeLessThanOrEqual(width(result.estimates[0]) + 0.01)
})

test('broken lines are named and left out, the rest is processed', async () => {
  const log = logOf(60)
  const lines = [
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
  ]
  await write('log.jsonl', lines)
  const { code, out, log: said } = await evaluate('log.jsonl', '--policy', 'nfe:10', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ decisions: 60, leftOut: 8 })
  expect(said).toMatch(/log\.jsonl:31 is not valid JSON; left out/)
  expect(said).toMatch(/log\.jsonl:33 propensity: 0 is not above 0; left out/)
  expect(said).toMatch(/log\.jsonl:34 has another key/)
  expect(said).toMatch(/3 more lines left out/)
  const whole = await evaluate('log.jsonl', '--policy', 'nfe:10')
  await write('clean.jsonl', log)
  expect((await evaluate('clean.jsonl', '--policy', 'nfe:10')).out).toBe(whole.out)
  expect(whole.out).toMatch(/^60 measured of 60 decisions/)
})

test('a policy that the log says nothing about is told of', async () => {
  await write(
    'log.jsonl',
    logOf(60).map((record) => ({
      ...record,
      arm: 0,
      propensity: 1,
      choices: record.choices.map((choice) => ({ ...choice, taken: [0] })),
    })),
  )
  const { code, log, out } = await evaluate('log.jsonl', '--policy', 'nfe:10')
  expect(code).toBe(0)
  expect(log).toMatch(/no decision of the log is one that nfe:10 would make/)
  // No value, and any reward is possible.
  for (const method of ['ips', 'snips', 'dr'])
    expect(out).toMatch(new RegExp(`^${method} +- +-1\\.0000 +1\\.0000 +0\\.0 `, 'm'))
  const { estimates } = JSON.parse((await evaluate('log.jsonl', '--policy', 'nfe:10', '--json')).out)
  for (const estimate of estimates)
    expect(estimate).toMatchObject({ status: 'no-overlap', value: null, low: -1, high: 1, effective: 0 })
})

test('decisions that all say the same give no interval of width 0', async () => {
  const same = { arm: 1, reward: 0.5 }
  await write(
    'log.jsonl',
    logOf(2).map((record) => ({ ...record, ...same, choices: [{ ...record.choices[0]!, taken: [1] }] })),
  )
  const { code, log, out } = await evaluate('log.jsonl', '--policy', 'nfe:10', '--json')
  expect(code).toBe(0)
  expect(log).toMatch(
    /^snips: no-spread, the log has 2\.0 effective decisions without any spread; log more$/m,
  )
  const snips = JSON.parse(out).estimates[1]
  expect(snips).toMatchObject({ method: 'snips', status: 'no-spread', value: 0.5, high: 1 })
  expect(snips.low).toBeLessThan(0)
})

test('a learned state from a store is a policy', async () => {
  await write('log.jsonl', logOf(60))
  const goal = { metric: 'lpips', limit: 0.05, confidence: 0.95 } as const
  const learner = learnerOf('lin-ts').init(goal, ARMS, undefined)
  const snapshot = { format: 'fastflow-journal', version: 1, folded: {}, document: { version: 1, learner } }
  await write('state.json', [snapshot])
  const { code, out } = await evaluate('log.jsonl', '--policy', 'state.json')
  expect(code).toBe(0)
  expect(out).toMatch(/^60 measured of 60 decisions, mean reward 0\.\d+; state\.json evaluates/)
  await write('other.json', [{ document: { learner: learnerOf().init(goal, [5, 50], undefined) } }])
  const other = await evaluate('log.jsonl', '--policy', 'other.json')
  expect(other).toMatchObject({ code: 1, log: expect.stringMatching(/it has 2 arms and 9 features, not 3/) })
  await write('odd.json', [{ document: { learner: { ...(learner as object), arms: null } } }])
  const odd = await evaluate('log.jsonl', '--policy', 'odd.json')
  expect(odd).toMatchObject({
    code: 1,
    log: expect.stringMatching(/fits the log \(.*arms.* must be a number/),
  })
})

test.each([
  ['a missing log', ['none.jsonl', '--policy', 'full'], 1, /LOG: .*none\.jsonl cannot be read/],
  ['an empty log', ['empty.jsonl', '--policy', 'full'], 1, /is empty/],
  ['a log of nothing but rubbish', ['rubbish.jsonl', '--policy', 'full'], 1, /no decision in its 2 lines/],
  ['nothing measured', ['unmeasured.jsonl', '--policy', 'full'], 2, /0 measured decisions of 3/],
  ['no such plan', ['log.jsonl', '--policy', 'nfe:7'], 2, /available: 6, 10, 50/],
  ['no such policy', ['log.jsonl', '--policy', 'best'], 1, /full, uniform, nfe:N/],
  ['a confidence of 2', ['log.jsonl', '--policy', 'full', '--confidence', '2'], 2, /--confidence/],
])('%s is an error that says what to do', async (_, args, expected, problem) => {
  const log = logOf(20)
  await write('log.jsonl', log)
  await write('empty.jsonl', [])
  await write('rubbish.jsonl', ['x', '{}'])
  await write(
    'unmeasured.jsonl',
    log.slice(0, 3).map((record) => ({ ...record, reward: null })),
  )
  const { code, log: said } = await evaluate(...args)
  expect(said).toMatch(problem)
  expect(code).toBe(expected)
})
