import { describe, expect, it } from 'vitest'
import {
  alternatingEnvironment,
  bernoulliEnvironment,
  epsilonGreedy,
  exp3,
  gaussianEnvironment,
  hedge,
  type Observation,
  simulate,
  thompsonBeta,
  thompsonGaussian,
  ucb1,
} from '../src/index.ts'
import { ARMS, contenders, learnAll } from './contenders.ts'
import { seeded } from './seeded.ts'

const history = [
  { worker: 'a', arm: 0, rewards: [0.5, 0.25, 0.75] },
  { worker: 'a', arm: 0, rewards: [0.25, 0.75, 0.5] },
  { worker: 'b', arm: 2, rewards: [1, 0.5, 0.5] },
]

/** A JSON copy of `document` with the value at `path` replaced (removed when undefined). */
function withValue(document: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(document))
  const parent = path.slice(0, -1).reduce((node, key) => node[key], copy)
  parent[path[path.length - 1] ?? ''] = value
  return JSON.parse(JSON.stringify(copy))
}

describe.each(contenders)('$name', (contender) => {
  const { bandit, warm, unit } = contender
  const empty = bandit.init({ arms: ARMS })
  const learned = learnAll(contender, history)
  const numbers = bandit.name === 'exp3' || bandit.name === 'hedge' ? 'losses' : 'sums'
  const reward = (value: unknown, extra: object = {}) => {
    if (bandit.feedback === 'all-arms') {
      return bandit.update(empty, { rewards: [0, value as number, 0], ...extra })
    }
    return bandit.update(empty, { arm: 1, reward: value as number, propensity: 0.5, ...extra })
  }

  it.each([0, -1, 1.5, Number.NaN, Infinity, 65_537])('refuses %s arms', (arms) => {
    expect(() => bandit.init({ arms })).toThrow(RangeError)
    expect(() => bandit.init({ arms })).toThrow(/^arms: /)
  })

  it.each([Number.NaN, Infinity, -Infinity, 1e200])('refuses the reward %s', (value) => {
    expect(() => reward(value)).toThrow(RangeError)
    expect(() => reward(value)).toThrow(/^reward/)
  })

  it('refuses a missing reward with the reason', () => {
    for (const value of [undefined, null]) {
      expect(() => reward(value)).toThrow(/^reward.*missing value means no update, never zero/)
    }
    expect(() => reward('1')).toThrow(/^reward.*must be a number, got "1"/)
  })

  it(unit ? 'refuses rewards outside [0, 1]' : 'takes rewards of any scale', () => {
    for (const value of [-0.001, 1.001, 1e6]) {
      if (unit) expect(() => reward(value)).toThrow(/^reward.*rescale rewards to \[0, 1\]/)
      else expect(bandit.parse(reward(value))).toEqual(reward(value))
    }
  })

  it('refuses a worker without a name', () => {
    expect(() => reward(0.5, { worker: '' })).toThrow(/^worker: must be a non-empty string/)
    expect(() => reward(0.5, { worker: 3 })).toThrow(/^worker: must be a non-empty string, got 3/)
  })

  it(warm ? 'refuses a corrupt prior' : 'refuses any prior', () => {
    const good = { mean: 0.5, weight: 2 }
    if (!warm) {
      expect(() => bandit.init({ arms: 3, prior: [good, good, good] })).toThrow(/^prior: .*takes none/)
      return
    }
    const withArm = (arm: object) => () => bandit.init({ arms: 2, prior: [good, { ...good, ...arm }] })
    expect(() => bandit.init({ arms: 3, prior: [good] })).toThrow(/^prior: must have one entry per arm \(3\)/)
    expect(withArm({ weight: -1 })).toThrow(/^prior\[1\]\.weight: /)
    expect(withArm({ weight: 1e-9 })).toThrow(/^prior\[1\]\.weight: .*at least 0\.000001/)
    expect(withArm({ mean: Number.NaN })).toThrow(/^prior\[1\]\.mean: /)
    if (unit) expect(withArm({ mean: 2 })).toThrow(/^prior\[1\]\.mean: /)
  })

  it('refuses states of another kind, number of arms or prior', () => {
    const other = contenders.find(({ name }) => name !== bandit.name && !name.startsWith(bandit.name))
    const foreign = other?.bandit.init({ arms: ARMS }) ?? empty
    const message = /^kind: the state belongs to/
    expect(() => bandit.select(foreign, seeded(1))).toThrow(message)
    expect(() => bandit.merge(empty, foreign)).toThrow(message)
    expect(() => bandit.merge(foreign, empty)).toThrow(message)
    expect(() => bandit.parse(foreign)).toThrow(message)
    expect(() => bandit.merge(empty, bandit.init({ arms: 4 }))).toThrow(/^arms: states of 3 and 4 arms/)
    if (!warm) return
    const warmState = (weight: number) =>
      bandit.init({ arms: ARMS, prior: new Array(ARMS).fill({ mean: 0.5, weight }) })
    expect(bandit.merge(warmState(1), warmState(1))).toEqual(warmState(1))
    expect(() => bandit.merge(warmState(1), warmState(2))).toThrow(/^prior: /)
    expect(() => bandit.merge(warmState(1), empty)).toThrow(/^prior: /)
  })

  it.each([
    [['version'], 2, /^version: must be 1, got 2/],
    [['version'], undefined, /^version: /],
    [['kind'], 'softmax', /^kind: the state belongs to "softmax"/],
    [['arms'], 2, /^rows\.a\.\w+: must have one entry per arm \(2\), got 3/],
    [['arms'], '3', /^arms: must be a number/],
    [['rows'], [], /^rows: must be an object, got an array/],
    [['rows', 'a'], null, /^rows\.a: must be an object, got null/],
    [['rows', ''], {}, /^worker: must be a non-empty string/],
    [['rows', 'b', 'pulls'], undefined, /^rows\.b\.pulls: must be an? (array|number)/],
    [['rows', 'b', numbers], 'x', new RegExp(`^rows\\.b\\.${numbers}: must be an array, got "x"`)],
    [['rows', 'b', numbers, 1], null, new RegExp(`^rows\\.b\\.${numbers}\\[1\\]: must be a number`)],
    [['rows', 'a', numbers, 0], -1e99, new RegExp(`^rows\\.a\\.${numbers}\\[0\\]: `)],
    [['prior'], 'strong', /^prior: /],
  ] as const)('refuses a document with %j = %j', (path, value, message) => {
    expect(() => bandit.parse(withValue(learned, path, value))).toThrow(message)
  })

  it.each([null, undefined, 'text', 7, []])('refuses %j for a document', (document) => {
    expect(() => bandit.parse(document)).toThrow(/^state: must be an object/)
  })
})

describe('arms and propensities', () => {
  it.each([-1, 3, 0.5, Number.NaN])('refuses arm %s of three', (arm) => {
    for (const bandit of [ucb1(), thompsonBeta()]) {
      expect(() => bandit.update(bandit.init({ arms: 3 }), { arm, reward: 0 })).toThrow(/^arm: /)
    }
    const bandit = exp3()
    expect(() => bandit.update(bandit.init({ arms: 3 }), { arm, reward: 0, propensity: 1 })).toThrow(/^arm: /)
  })

  it('refuses rows whose counts and sums contradict each other', () => {
    const bandit = ucb1()
    const { rows, ...rest } = bandit.update(bandit.init({ arms: 1 }), { arm: 0, reward: 3 })
    const parse = (change: object) => bandit.parse({ ...rest, rows: { local: { ...rows.local, ...change } } })
    expect(() => parse({ pulls: [0] })).toThrow(/^rows\.local\.sums\[0\]: must be a number from 0 to 0/)
    expect(() => parse({ squares: [1] })).toThrow(/^rows\.local\.squares\[0\]: /)
    expect(() => parse({ pulls: [1.5] })).toThrow(/^rows\.local\.pulls\[0\]: must be an integer/)
  })

  it('EXP3 asks for the propensity that select returned', () => {
    const bandit = exp3()
    const update = (extra: Partial<Observation>) =>
      bandit.update(bandit.init({ arms: 2 }), { arm: 0, reward: 0.5, ...extra })
    expect(() => update({})).toThrow(/^propensity: must be a number, got undefined; pass the propensity/)
    for (const propensity of [0, -0.1, 1.1, Number.NaN]) {
      expect(() => update({ propensity })).toThrow(/^propensity: /)
    }
  })

  it('Hedge asks for the rewards of all arms', () => {
    const bandit = hedge()
    expect(() => bandit.update(bandit.init({ arms: 2 }), { rewards: [1] })).toThrow(
      /^rewards: must have one entry per arm \(2\), got 1/,
    )
  })
})

describe('options', () => {
  it.each([
    ['epsilon', () => epsilonGreedy({ epsilon: 1.5 })],
    ['epsilon', () => epsilonGreedy({ epsilon: Number.NaN })],
    ['c', () => ucb1({ c: -1 })],
    ['c', () => ucb1({ c: Infinity })],
    ['variance', () => thompsonGaussian({ variance: 0 })],
    ['alpha', () => thompsonBeta({ alpha: 0 })],
    ['beta', () => thompsonBeta({ beta: Infinity })],
    ['means\\[1\\]', () => bernoulliEnvironment([0.5, 1.5])],
    ['means.length', () => bernoulliEnvironment([])],
    ['deviation', () => gaussianEnvironment([0, 1], -1)],
    ['period', () => alternatingEnvironment(2, 0)],
  ])('refuses a bad %s at once', (field, create) => {
    expect(create).toThrow(RangeError)
    expect(create).toThrow(new RegExp(`^${field}: `))
  })

  it('refuses schedules that leave their range', () => {
    const greedy = epsilonGreedy({ epsilon: () => 2 })
    expect(() => greedy.select(greedy.init({ arms: 2 }), seeded(1))).toThrow(/^epsilon: /)
    for (const bandit of [exp3({ learningRate: () => Number.NaN }), hedge({ learningRate: () => -1 })]) {
      expect(() => bandit.select(bandit.init({ arms: 2 }), seeded(1))).toThrow(/^learningRate: /)
    }
  })

  it('refuses a broken generator instead of running for ever', () => {
    const bandit = thompsonBeta()
    const state = bandit.init({ arms: 2 })
    expect(() => bandit.select(state, () => 0)).toThrow(/^random: its numbers are not uniform/)
    for (const value of [1, -0.1, Number.NaN, '0.5' as unknown as number]) {
      expect(() => bandit.select(state, () => value)).toThrow(/^random: must return numbers in \[0, 1\)/)
    }
  })

  it('refuses simulations that cannot be run', () => {
    const bandit = ucb1()
    const environment = bernoulliEnvironment([0.1, 0.9])
    const random = seeded(1)
    for (const horizon of [0, -1, 1.5, 1e9]) {
      expect(() => simulate({ bandit, environment, horizon, random })).toThrow(/^horizon: /)
    }
    expect(() =>
      simulate({ bandit, environment, horizon: 1, random, state: bandit.init({ arms: 3 }) }),
    ).toThrow(/^state: has 3 arms, the environment 2/)
  })

  it('says what came in a few words, however much it is', () => {
    const got = (c: unknown): string => {
      try {
        ucb1({ c: c as number })
      } catch (error) {
        return (error as Error).message.replace(/^.*, got /, '')
      }
      return 'nothing'
    }
    expect([() => 1, {}, [1], null, 'x'.repeat(99), 10n ** 99n].map(got)).toEqual([
      ...['a function', 'an object', 'an array', 'null'],
      JSON.stringify('x'.repeat(40)),
      `1${'0'.repeat(39)}`,
    ])
  })
})
