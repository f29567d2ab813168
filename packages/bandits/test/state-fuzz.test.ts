import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BanditError,
  conservative,
  cusum,
  discountedUcb,
  linTs,
  linUcb,
  pageHinkley,
  slidingWindowUcb,
  ucb1,
} from '../src/index.ts'
import { ARMS, contenders, learn } from './contenders.ts'
import { seeded } from './seeded.ts'

const MUTATIONS = 3000

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A state and what is done with one that was read, returning every number that came out. */
interface Subject {
  readonly name: string
  readonly state: unknown
  parse(document: unknown): unknown
  /** Hands a document to a method that takes states, unread. */
  take(document: unknown): unknown
  use(state: unknown): unknown
}

const history = [
  { worker: 'a', arm: 0, rewards: [0.5, 0.25, 0.75] },
  { worker: 'a', arm: 0, rewards: [0.25, 0.75, 0.5] },
  { worker: 'b', arm: 2, rewards: [1, 0.5, 0.5] },
  { worker: 'b', arm: 1, rewards: [0, 0.5, 1] },
]

const wrapped = [slidingWindowUcb({ window: 3 }), conservative(ucb1(), { baseline: 0 })].map((bandit) => ({
  ...contenders[0]!,
  name: `${bandit.name}, more`,
  bandit: bandit as (typeof contenders)[number]['bandit'],
}))

const plain: Subject[] = [...contenders, ...wrapped].map((contender) => {
  const { bandit, name, warm } = contender
  const prior = new Array(ARMS).fill({ mean: 0.5, weight: 2 })
  const start = bandit.init({ arms: ARMS, ...(warm && { prior }) })
  return {
    name,
    state: history.reduce((state, event) => learn(contender, state, event), start),
    parse: (document) => bandit.parse(document),
    take: (document) => bandit.select(document as typeof start, seeded(1)),
    use(read) {
      const first = read as ReturnType<typeof bandit.init>
      const chosen = bandit.select(first, seeded(1))
      const event = { worker: 'a', arm: chosen.arm, rewards: new Array<number>(first.arms).fill(0.5) }
      const next = learn(contender, first, event)
      return [chosen, next, bandit.select(next, seeded(2)), bandit.merge(first, next), bandit.parse(next)]
    },
  }
})

const linear: Subject[] = [linUcb(), linTs()].map((bandit) => {
  const prior = [
    { coefficients: [0.5, 0.1, 0], weight: 2 },
    { coefficients: [0.25, 0, 0.1], weight: 1 },
  ]
  const contexts = [
    [1, 0.5, 0.2],
    [1, -0.25, 0.1],
    [1, 0.75, -0.7],
    [1, 0.3, 0.3],
  ]
  return {
    name: bandit.name,
    state: contexts.reduce(
      (state, context, i) =>
        bandit.update(state, { arm: i % 2, context, reward: i / 3, worker: 'ab'[i % 2]! }),
      bandit.init({ arms: 2, dimension: 3, prior }),
    ),
    parse: bandit.parse,
    take: (document) => bandit.select(document as never, [0.5, 0.5, 0.5], seeded(1)),
    use(read) {
      const first = read as ReturnType<typeof bandit.init>
      const context = new Array<number>(first.dimension).fill(0.5)
      const chosen = bandit.select(first, context, seeded(1))
      const next = bandit.update(first, { ...chosen, context, reward: 0.5 })
      return [chosen, next, bandit.forecast(next, context), bandit.merge(first, next), bandit.parse(next)]
    },
  }
})

const detectors: Subject[] = [pageHinkley(), cusum()].map((detector) => ({
  name: detector.name,
  state: Array.from({ length: 40 }, (_, i) => Math.sin(i)).reduce(
    (state, value) => detector.update(state, value).state,
    detector.init(),
  ),
  parse: detector.parse,
  take: (document) => detector.update(document as never, 0.5),
  use(read) {
    const next = detector.update(read as ReturnType<typeof detector.init>, 0.5)
    return [next, detector.parse(next.state)]
  },
}))

const deep = (levels: number): Json => {
  let value: Json = 1
  for (let i = 0; i < levels; i++) value = [value]
  return value
}
const nested = deep(20_000)
const huge: Json = new Array<number>(70_000).fill(0)

const odd: fc.Arbitrary<Json | undefined> = fc.oneof(
  fc.constantFrom<Json | undefined>(null, undefined, true, '', '3', 'x', [], {}, nested, huge),
  fc.constantFrom(
    NaN,
    Infinity,
    -Infinity,
    -0,
    -1,
    0.5,
    1,
    2,
    3,
    1e300,
    -1e300,
    2 ** 53,
    65_536,
    5e-324,
    1e150,
  ),
  fc.double(),
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom<Json>([1], [0, 0, 0], { pulls: 1 }, { __proto__: null }, { constructor: 1 }, [[1, 2], [3]]),
)

/** Every path of a document, the root included. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))]
}

type Change = 'replace' | 'remove' | 'scale' | 'negate' | 'double' | 'add'
const change: fc.Arbitrary<Change> = fc.constantFrom('replace', 'remove', 'scale', 'negate', 'double', 'add')

function mutate(document: unknown, path: readonly string[], how: Change, value: Json | undefined): unknown {
  const last = path.at(-1)
  if (last === undefined) return value
  const copy = structuredClone(document) as Record<string, never>
  const parent = path.slice(0, -1).reduce<Record<string, unknown>>((node, key) => node[key] as never, copy)
  const old = parent[last]
  if (how === 'replace') parent[last] = value
  else if (how === 'remove' && Array.isArray(parent)) parent.splice(Number(last), 1)
  else if (how === 'remove') delete parent[last]
  else if (how === 'add') parent[`${last}x`] = old
  else if (how === 'double') parent[last] = [old, old]
  else if (typeof old === 'number') parent[last] = how === 'negate' ? -old - 1 : old * 1e9 + 1
  return copy
}

/** Whether all numbers in a value are finite; undefined propensities are no numbers. */
function allFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(allFinite)
}

describe.each([...plain, ...linear, ...detectors])('$name', ({ state, parse, take, use }) => {
  it(`${MUTATIONS} damaged states are refused by field or work, with finite numbers`, () => {
    const paths = pathsOf(state)
    const step = fc.tuple(fc.nat(paths.length - 1), change, odd)
    let refused = 0
    let used = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 2 }), (steps) => {
        let document = state
        for (const [at, how, value] of steps) {
          try {
            document = mutate(document, paths[at]!, how, value)
          } catch {
            // The first change took away what the second was to change.
          }
        }
        let read: unknown
        try {
          read = parse(document)
        } catch (error) {
          expect(BanditError.isInstance(error), String(error)).toBe(true)
          const { field, message } = error as BanditError
          expect(message.startsWith(`${field}: `)).toBe(true)
          expect(message.length).toBeLessThan(300)
          refused++
          // What parse refuses, no method takes either.
          expect(() => take(document)).toThrow(BanditError)
          return
        }
        expect(allFinite(use(read))).toBe(true)
        used++
      }),
      { numRuns: MUTATIONS },
    )
    expect(refused).toBeGreaterThan(MUTATIONS / 4)
    expect(used).toBeGreaterThan(MUTATIONS / 100)
  })

  it.each([
    ['text', JSON.stringify(state), 'JSON.parse(text)'],
    ['bytes', new TextEncoder().encode(JSON.stringify(state)), 'TextDecoder'],
    ['a Buffer', Buffer.from(JSON.stringify(state)), 'TextDecoder'],
    ['an ArrayBuffer', new ArrayBuffer(8), 'TextDecoder'],
  ])('%s instead of a state is told what to pass', (_, document, advice) => {
    expect(() => parse(document)).toThrow(/^state: must be an object, got (text|bytes); pass JSON\.parse\(/)
    expect(() => parse(document)).toThrow(advice)
  })
})

it.each([0.5, 0.9, 0.99])('what fades by %s can be read back, however long ago it was seen', (discount) => {
  const bandit = discountedUcb({ discount })
  let state = bandit.update(bandit.init({ arms: 2 }), { arm: 0, reward: 1000 })
  const faded = Math.ceil(-760 / Math.log(discount))
  for (let i = 0; i < faded; i++) {
    state = bandit.update(state, { arm: 1, reward: 1 })
    if (discount > 0.5 && i % 61 > 0) continue
    expect(bandit.parse(JSON.parse(JSON.stringify(state)))).toEqual(state)
    expect(allFinite(bandit.select(state, seeded(1)))).toBe(true)
  }
})
