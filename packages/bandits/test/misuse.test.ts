import { expect, it } from 'vitest'
import * as bandits from '../src/index.ts'
import { seeded } from './seeded.ts'

/** What an argument or option has to be, with values out of its range. */
interface Slot {
  readonly name: string
  readonly good: unknown
  readonly kind: 'number' | 'function' | 'list' | 'object' | 'text'
  readonly bad?: readonly unknown[]
  readonly optional?: boolean
  /** Names of the parts that may be told of instead, e.g. those of a state. */
  readonly parts?: string
  /** Of an object with names of its own, every one of them: a misspelt one is refused. */
  readonly names?: readonly Slot[]
}

interface Row {
  readonly call: (...args: never[]) => unknown
  readonly slots: readonly Slot[]
}

const wrong: readonly unknown[] = [
  null,
  undefined,
  7.5,
  Number.NaN,
  'text',
  true,
  [],
  {},
  () => 0,
  3n,
  Symbol('x'),
]

const fits: Readonly<Record<Slot['kind'], (value: unknown) => boolean>> = {
  number: (value) => typeof value === 'number' && !Number.isNaN(value),
  function: (value) => typeof value === 'function',
  list: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  text: (value) => typeof value === 'string',
}

function badValues({ kind, bad = [], optional }: Slot): readonly unknown[] {
  const unfit = wrong.filter((value) => !fits[kind](value) && !(optional && value === undefined))
  return [...unfit, ...(kind === 'number' ? [Infinity, -Infinity] : []), ...bad]
}

const number = (name: string, good: number, bad: readonly unknown[], optional = false): Slot => ({
  name,
  good,
  kind: 'number',
  bad,
  optional,
})
const option = (name: string, good: number, bad: readonly unknown[]): Slot => number(name, good, bad, true)
const fn = (name: string, good: unknown): Slot => ({ name, good, kind: 'function' })
const record = (name: string, names: readonly Slot[], optional = true): Slot => ({
  name,
  kind: 'object',
  names,
  optional,
  good: Object.fromEntries(names.filter((slot) => !slot.optional).map((slot) => [slot.name, slot.good])),
})
const options = (...names: Slot[]): Slot => record('options', names, !names.some((slot) => !slot.optional))

const random = fn('random', seeded(1))
const share = [-0.1, 1.1]
const open = [0, 1, -0.1, 1.1]
const c = option('c', 1, [-1, 2 ** 301])
const ridge = option('ridge', 1, [0, 1e10])
const rate: Slot = { name: 'learningRate', good: () => 0.1, kind: 'function', optional: true }
const counts = record('counts', [number('runs', 4, [-1, 1.5, 1e9]), number('misses', 1, [-1, 1.5, 5])], false)
const bounds = options(option('delta', 0.1, open), option('expected', 0.1, open))
const drift = options(
  option('warmUp', 5, [4, 5.5, 1e7]),
  option('tolerance', 1, [-1, 11]),
  option('threshold', 5, [0, 1e7]),
)
const arms = number('arms', 3, [0, -1, 1.5, 65_537])
const STATE = 'state|version|kind|arms|dimension|prior|rows|selection'
const anyState = (good: unknown, name = 'state'): Slot => ({
  name,
  good,
  kind: 'object',
  parts: STATE,
  bad: [{ version: 1 }],
})
const document = { name: 'state', kind: 'object', parts: STATE, good: undefined } as const
const prior = (good: unknown): Slot => ({
  name: 'prior',
  good,
  kind: 'list',
  optional: true,
  bad: [[1], [{}, {}, {}], [null]],
})
const arm = number('arm', 0, [-1, 0.5, 3])
const reward = number('reward', 0.5, [1e100, -1e100])
const propensity = number('propensity', 0.5, [0, -0.1, 1.1], true)
const worker: Slot = { name: 'worker', good: 'a', kind: 'text', bad: [''], optional: true }
const means: Slot = {
  name: 'means',
  good: [0.1, 0.2],
  kind: 'list',
  bad: [[], [Number.NaN], ['x'], [null], [2 ** 301]],
}
const known = { taken: 2, low: 0.2, high: 0.6 }
const boundedArms: Slot = {
  name: 'arms',
  good: [known, known],
  kind: 'list',
  bad: [[null], [{}], [{ ...known, low: 2 }], [{ ...known, taken: -1 }], [{ ...known, high: Number.NaN }]],
}
const decision = { propensity: 0.5, target: 0.5, reward: 1 }
const log: Slot = {
  name: 'log',
  good: [decision, { ...decision, reward: 0 }],
  kind: 'list',
  bad: [
    [],
    [null],
    [{}],
    [7],
    ...['propensity', 'target', 'reward']
      .flatMap((field) => [
        { ...decision, [field]: Number.NaN },
        { ...decision, [field]: '1' },
      ])
      .map((entry) => [entry]),
  ],
}
const environment = bandits.bernoulliEnvironment([0.2, 0.8])
const damaged = (change: object): object => ({ ...environment, ...change })

type Factory = () => { readonly name: string }

const rows: Record<string, Row> = {
  ucb1: { call: bandits.ucb1, slots: [options(c)] },
  klUcb: { call: bandits.klUcb, slots: [options(option('c', 1, [-1, 11]))] },
  epsilonGreedy: {
    call: bandits.epsilonGreedy,
    slots: [options({ ...option('epsilon', 0.1, share), parts: 'epsilon' })],
  },
  thompsonBeta: {
    call: bandits.thompsonBeta,
    slots: [options(option('alpha', 1, [0, 1e7]), option('beta', 1, [0, 1e7]))],
  },
  thompsonGaussian: { call: bandits.thompsonGaussian, slots: [options(option('variance', 1, [0, 1e160]))] },
  exp3: { call: bandits.exp3, slots: [options(rate)] },
  hedge: { call: bandits.hedge, slots: [options(rate)] },
  discountedUcb: { call: bandits.discountedUcb, slots: [options(option('discount', 0.9, [0.4, 1.1]), c)] },
  slidingWindowUcb: {
    call: bandits.slidingWindowUcb,
    slots: [options(option('window', 9, [0, 1.5, 1e7]), c)],
  },
  linUcb: { call: bandits.linUcb, slots: [options(option('alpha', 1, [-1, 1e10]), ridge)] },
  linTs: { call: bandits.linTs, slots: [options(option('deviation', 1, [0, 1e10]), ridge)] },
  conservative: {
    call: bandits.conservative,
    slots: [
      {
        name: 'inner',
        good: bandits.ucb1(),
        kind: 'object',
        bad: [bandits.hedge(), bandits.exp3(), bandits.linUcb(), bandits.cusum()],
      },
      options(number('baseline', 0, [-1, 0.5]), option('alpha', 0.1, open), option('delta', 0.1, open)),
    ],
  },
  conservativeArms: {
    call: bandits.conservativeArms,
    slots: [
      boundedArms,
      options({ ...number('baseline', 0, [-1, 0.5, 2]), parts: 'arm' }, option('alpha', 0.1, open)),
    ],
  },
  cusum: { call: bandits.cusum, slots: [drift] },
  pageHinkley: { call: bandits.pageHinkley, slots: [drift] },
  rateBounds: { call: bandits.rateBounds, slots: [counts, bounds] },
  binomialTail: { call: bandits.binomialTail, slots: [counts, number('rate', 0.5, share)] },
  meanBounds: {
    call: bandits.meanBounds,
    slots: [
      record('counts', [number('runs', 4, [-1, 1.5, 1e9]), number('sum', 1.5, [-1, 5])], false),
      bounds,
    ],
  },
  drawArm: {
    call: bandits.drawArm,
    slots: [
      {
        name: 'distribution',
        good: [0.5, 0.5],
        kind: 'list',
        bad: [[], [0, 0], [1, 1], [-1, 2], ['1'], [Number.NaN]],
      },
      random,
    ],
  },
  armStats: { call: bandits.armStats, slots: [anyState(bandits.ucb1().init({ arms: 3 }))] },
  bernoulliEnvironment: {
    call: bandits.bernoulliEnvironment,
    slots: [{ ...means, bad: [...means.bad!, [1.1]] }],
  },
  gaussianEnvironment: {
    call: bandits.gaussianEnvironment,
    slots: [means, number('deviation', 1, [-1, 2 ** 291])],
  },
  sequenceEnvironment: { call: bandits.sequenceEnvironment, slots: [arms, fn('rewards', () => [0, 0, 0])] },
  alternatingEnvironment: {
    call: bandits.alternatingEnvironment,
    slots: [arms, number('period', 2, [0, 1.5])],
  },
  evaluateOffPolicy: {
    call: bandits.evaluateOffPolicy,
    slots: [
      log,
      options(
        random,
        { name: 'method', good: 'ips', kind: 'text', optional: true, bad: ['text', 'IPS'] },
        option('clip', 10, [0, 1e10]),
        option('confidence', 0.9, [0, 1]),
        option('resamples', 100, [99, 100.5, 1e6]),
        {
          name: 'rewards',
          good: { low: 0, high: 1 },
          kind: 'object',
          optional: true,
          bad: [{}, { low: 1, high: 0 }, { low: 0, high: '1' }],
        },
      ),
    ],
  },
  offPolicySteps: {
    // It checks at its first step.
    call: (...args: Parameters<typeof bandits.offPolicySteps>) => bandits.offPolicySteps(...args).next(),
    slots: [
      log,
      options(
        random,
        { name: 'method', good: 'ips', kind: 'text', optional: true, bad: ['text', 'IPS'] },
        option('clip', 10, [0, 1e10]),
        option('confidence', 0.9, [0, 1]),
        option('resamples', 100, [99, 100.5, 1e6]),
        {
          name: 'rewards',
          good: { low: 0, high: 1 },
          kind: 'object',
          optional: true,
          bad: [{}, { low: 1, high: 0 }, { low: 0, high: '1' }],
        },
      ),
    ],
  },
  simulate: {
    call: bandits.simulate,
    slots: [
      options(
        {
          name: 'bandit',
          good: bandits.ucb1(),
          kind: 'object',
          bad: [{}, bandits.linUcb(), { ...bandits.ucb1(), select: () => null }],
          parts: 'selection',
        },
        {
          name: 'environment',
          good: environment,
          kind: 'object',
          bad: [
            {},
            damaged({ arms: 0 }),
            damaged({ expected: () => null }),
            damaged({ draw: () => [1] }),
            damaged({ draw: () => [0, Number.NaN] }),
          ],
        },
        number('horizon', 3, [0, 1.5, 1e9]),
        random,
        { ...anyState(bandits.ucb1().init({ arms: 2 })), optional: true },
      ),
    ],
  },
}

/** The methods of every bandit that sees no context. */
const factories: readonly Factory[] = [
  bandits.ucb1,
  bandits.klUcb,
  bandits.epsilonGreedy,
  bandits.thompsonBeta,
  bandits.thompsonGaussian,
  bandits.exp3,
  bandits.hedge,
  bandits.discountedUcb,
  bandits.slidingWindowUcb,
  () => bandits.conservative(bandits.klUcb(), { baseline: 0 }),
]
for (const factory of factories) {
  const bandit = factory() as bandits.Bandit<unknown> | bandits.FullInformationBandit<unknown>
  const state = bandit.init({ arms: 3 })
  const taken = bandit.name === 'exp3' ? { ...propensity, optional: false } : propensity
  const rewards: Slot = {
    name: 'rewards',
    good: [0, 1, 0],
    kind: 'list',
    bad: [[], [1], [0, 1, Number.NaN], [0, '1', 0], [0, 2, 0]],
  }
  const priors = bandit.feedback === 'all-arms' || bandit.name === 'exp3' ? [] : [prior(undefined)]
  const seen = bandit.feedback === 'all-arms' ? [rewards, worker] : [arm, reward, taken, worker]
  const name = `${bandit.name}${rows[`${bandit.name}.init`] ? ', conservative' : ''}`
  rows[`${name}.init`] = { call: bandit.init, slots: [options(arms, ...priors)] }
  rows[`${name}.select`] = { call: bandit.select, slots: [anyState(state), random] }
  rows[`${name}.update`] = {
    call: bandit.update,
    slots: [anyState(state), record('observation', seen, false)],
  }
  rows[`${name}.merge`] = { call: bandit.merge, slots: [anyState(state), anyState(state)] }
  rows[`${name}.parse`] = {
    call: bandit.parse,
    slots: [{ ...document, good: state, bad: ['{}', Buffer.from('{}')] }],
  }
  if ('distribution' in bandit)
    rows[`${name}.distribution`] = { call: bandit.distribution as Row['call'], slots: [anyState(state)] }
}
for (const bandit of [bandits.linUcb(), bandits.linTs()]) {
  const state = bandit.init({ arms: 3, dimension: 2 })
  const context: Slot = {
    name: 'context',
    good: [1, 0.5],
    kind: 'list',
    bad: [[], [1], [1, Number.NaN], [1, '1'], [1, 1e60]],
  }
  const size = [{ ...arms, bad: [0, 1.5, 2000] }, number('dimension', 2, [0, 1.5, 65]), prior(undefined)]
  const among: Slot = {
    name: 'among',
    good: [0, 1],
    kind: 'list',
    bad: [[], [3], ['0'], [-1]],
    optional: true,
    parts: 'arm',
  }
  const methods: Record<string, Row> = {
    init: { call: bandit.init, slots: [options(...size)] },
    select: { call: bandit.select, slots: [anyState(state), context, random] },
    distribution: { call: bandit.distribution, slots: [anyState(state), context, among] },
    forecast: { call: bandit.forecast, slots: [anyState(state), context] },
    update: {
      call: bandit.update,
      slots: [anyState(state), record('observation', [arm, context, reward, propensity, worker], false)],
    },
    merge: { call: bandit.merge, slots: [anyState(state), anyState(state)] },
    parse: { call: bandit.parse, slots: [{ ...document, good: state, bad: ['{}', Buffer.from('{}')] }] },
  }
  for (const [method, row] of Object.entries(methods)) rows[`${bandit.name}.${method}`] = row
}
for (const detector of [bandits.cusum(), bandits.pageHinkley()]) {
  const state = { ...anyState(detector.init()), parts: `${STATE}|count|mean|squares|up|down` }
  rows[`${detector.name}.update`] = { call: detector.update, slots: [state, number('value', 1, [1e200])] }
  rows[`${detector.name}.parse`] = {
    call: detector.parse,
    slots: [{ ...state, bad: ['{}', Buffer.from('{}')] }],
  }
}
for (const [name, made] of Object.entries({
  bernoulli: environment,
  gaussian: bandits.gaussianEnvironment([0, 1], 1),
  sequence: bandits.sequenceEnvironment(2, () => [0, 1]),
  alternating: bandits.alternatingEnvironment(2, 3),
})) {
  const round = number('round', 0, [-1, 0.5])
  rows[`${name}.expected`] = { call: made.expected, slots: [round] }
  rows[`${name}.draw`] = { call: made.draw, slots: [round, random] }
}

/** One call that has to be refused, and what the error has to name. */
interface Call {
  readonly what: string
  readonly row: Row
  readonly args: readonly unknown[]
  readonly field: RegExp
  readonly nearest?: string
}

function misspelt(name: string): readonly string[] {
  return [
    `${name}x`,
    name.toUpperCase(),
    name.slice(0, -1) || 'cc',
    `${name[1] ?? 'c'}${name[0]}${name.slice(2)}`,
  ]
}

function callsOf(what: string, row: Row): Call[] {
  const good = row.slots.map((slot) => slot.good)
  return row.slots.flatMap((slot, i) => {
    const withArg = (value: unknown): readonly unknown[] => good.map((other, k) => (k === i ? value : other))
    const own = slot.names?.flatMap((inner) => callsIn(what, row, slot, inner, withArg)) ?? []
    // `{}` lacks what an object of named parts has to have, and is fine where all parts are optional.
    const parts = [slot.name, slot.parts, ...(slot.names ?? []).map(({ name }) => name)]
      .filter(Boolean)
      .join('|')
    const values = badValues(slot)
    const needed = slot.names?.some((inner) => !inner.optional) ? [{}] : []
    const field = new RegExp(`^(${parts})`)
    return [...own, ...[...values, ...needed].map((value) => ({ what, row, args: withArg(value), field }))]
  })
}

function callsIn(
  what: string,
  row: Row,
  outer: Slot,
  inner: Slot,
  withArg: (value: unknown) => readonly unknown[],
): Call[] {
  const base = outer.good as Record<string, unknown>
  const field = new RegExp(`^(${[inner.name, inner.parts].filter(Boolean).join('|')})`)
  const accepted = inner.name === 'epsilon' ? fits.function : () => false
  const values = badValues(inner).filter((value) => !accepted(value))
  const calls = values.map((value) => ({ what, row, args: withArg({ ...base, [inner.name]: value }), field }))
  // Counts are data, all of it needed: a misspelt part is a missing one.
  if (outer.name === 'counts') return calls
  const known = new Set(outer.names!.map(({ name }) => name))
  const spelled = misspelt(inner.name).filter((name) => !known.has(name))
  return [
    ...calls,
    ...spelled.map((name) => ({
      what,
      row,
      args: withArg({ ...base, [name]: inner.good }),
      field: new RegExp(`^${name}$`),
      nearest: inner.name,
    })),
  ]
}

const calls = Object.entries(rows).flatMap(([what, row]) => callsOf(what, row))

it('has a row for every function that is exported', () => {
  const functions = Object.entries(bandits).filter(
    ([name, value]) => typeof value === 'function' && name !== 'BanditError',
  )
  expect(functions.length).toBeGreaterThan(20)
  expect(functions.map(([name]) => name).filter((name) => rows[name] === undefined)).toEqual([])
})

it('accepts what the rows call good', () => {
  for (const [what, { call, slots }] of Object.entries(rows)) {
    const good = slots.map((slot) => slot.good) as never[]
    expect(() => call(...good), what).not.toThrow()
  }
})

it(`refuses each of ${calls.length} wrong calls, naming the argument and the nearest option`, () => {
  const odd = calls.flatMap(({ what, row, args, field, nearest }) => {
    const tell = (got: string): string[] => [`${what}(${args.map(brief).join(', ')}): ${got}`]
    try {
      return tell(`returned ${brief(row.call(...(args as never[])))}`)
    } catch (error) {
      if (!bandits.BanditError.isInstance(error)) return tell(`threw ${String(error)}`)
      if (!field.test(error.field)) return tell(`named ${error.field}: ${error.message}`)
      if (!error.message.startsWith(`${error.field}: `)) return tell(error.message)
      if (nearest !== undefined && !error.message.includes(`did you mean '${nearest}'?`))
        return tell(error.message)
      return []
    }
  })
  expect(odd).toEqual([])
})

function brief(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return (
    JSON.stringify(value, (_, inner) =>
      typeof inner === 'bigint' || typeof inner === 'symbol' ? String(inner) : inner,
    )?.slice(0, 80) ?? ''
  )
}

it('tells its errors to every copy of FastFlow', () => {
  const error = new bandits.BanditError('arms', 'must be a number')
  expect(error).toMatchObject({
    name: 'BanditError',
    code: 'invalid-argument',
    field: 'arms',
    message: 'arms: must be a number',
  })
  expect(Symbol.for('fastflow.error') in error).toBe(true)
  expect(bandits.BanditError.isInstance(new RangeError('x'))).toBe(false)
})
