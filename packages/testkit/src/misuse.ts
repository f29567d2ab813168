import { FastFlowError } from '@fastflow/core'
import { describe, expect, it } from 'vitest'

/** One value of every kind. */
const samples = {
  null: null,
  undefined: undefined,
  number: 5,
  text: 'five',
  flag: true,
  list: [5],
  object: { five: 5 },
  function: () => 5,
  symbol: Symbol('five'),
  bigint: 5n,
} as const

export type Kind = keyof typeof samples

/** What an argument, or an option, takes; everything else is tried on it. */
export interface Argument {
  /** A value that is right. Asked for anew at every call. */
  readonly valid: () => unknown
  /** Kinds of which the sample is right too, or is no mistake to be found here. */
  readonly takes: readonly Kind[]
  /** Wrong values of these kinds, e.g. out of range. */
  readonly wrong?: readonly unknown[]
  /** What errors call it; its name when omitted. */
  readonly named?: RegExp
  /** May be left out, but is not in calls that are right otherwise. */
  readonly given?: boolean
  /** Of an options object: its options. Names that are none of them are tried as well. */
  readonly options?: Readonly<Record<string, Argument>>
}

/** A function, how it is called, and its arguments in their order. */
export interface Misusable {
  readonly call: (...values: never[]) => unknown
  readonly arguments: Readonly<Record<string, Argument>>
}

/** One wrong call. */
interface Misuse {
  readonly label: string
  readonly named: RegExp
  readonly values: () => unknown[]
}

const outOfRange = [NaN, Infinity, -Infinity, -1] as const

/** A whole number; `wrong` are more values out of its range. */
export const whole = (valid: number, ...wrong: number[]): Argument => ({
  valid: () => valid,
  takes: ['number'],
  wrong: [...outOfRange, 1.5, Number.MAX_VALUE, ...wrong],
})

/** A number of at least 0, fractions included. */
export const real = (valid: number, ...wrong: number[]): Argument => ({
  valid: () => valid,
  takes: ['number'],
  wrong: [...outOfRange, ...wrong],
})

/** Any value but those of other kinds, e.g. `only(['text'], 'a')`. */
export const only = (takes: readonly Kind[], valid: unknown, ...wrong: unknown[]): Argument => ({
  valid: () => valid,
  takes,
  wrong,
})

/** What has to be made anew: none of the samples is right. */
export const made = (valid: () => unknown, ...wrong: unknown[]): Argument => ({ valid, takes: [], wrong })

/** The same argument where it may be left out. */
export const optional = (argument: Argument): Argument => ({
  ...argument,
  takes: [...argument.takes, 'undefined'],
})

/** The same argument where it may be left out, and is given all the same. */
export const given = (argument: Argument): Argument => ({ ...optional(argument), given: true })

/** The same argument where errors call it something else. */
export const called = (named: RegExp, argument: Argument): Argument => ({ ...argument, named })

/** An options object; those of its options that may be left out are, unless they are tried. */
export const options = (fields: Readonly<Record<string, Argument>>): Argument => ({
  valid: () =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([name, { valid, takes, given }]) =>
        takes.includes('undefined') && !given ? [] : [[name, valid()]],
      ),
    ),
  takes: [],
  options: fields,
})

/**
 * Tries every function of a module with every argument wrong in every way: of another kind, missing, out of range, misspelt.
 * All have to end in a FastFlowError of one line whose `field` and message name the argument.
 *
 * @param exports the module, so that a function without an entry in `table` fails the test; other values are passed over.
 * @param table entries with a dot in their name are methods of what the functions return.
 * @param exempt functions that take anything, or errors themselves, and why.
 */
export function describeMisuse(
  module: string,
  exports: Readonly<Record<string, unknown>>,
  table: Readonly<Record<string, Misusable>>,
  exempt: Readonly<Record<string, string>> = {},
): void {
  const functions = Object.keys(exports).filter((name) => typeof exports[name] === 'function')
  const counts = Object.values(table).map((row) => misusesOf(row).length)
  const calls = counts.reduce((sum, count) => sum + count, 0)

  describe(`misuse of ${module}`, () => {
    it(`tries all ${functions.length} functions, ${calls} wrong calls in all`, () => {
      const tried = Object.keys(table).filter((name) => !name.includes('.'))
      expect([...tried, ...Object.keys(exempt)].sort()).toEqual([...functions].sort())
    })
    for (const [name, row] of Object.entries(table)) {
      const misuses = misusesOf(row)
      it(`${name}: works, and refuses ${misuses.length} wrong calls`, async () => {
        await callOf(
          row,
          Object.values(row.arguments).map(({ valid }) => valid()),
        )
        const passed: string[] = []
        for (const misuse of misuses) {
          const problem = await problemOf(row, misuse)
          if (problem !== undefined) passed.push(`${misuse.label}: ${problem}`)
        }
        expect(passed).toEqual([])
      })
    }
  })
}

async function callOf({ call }: Misusable, values: readonly unknown[]): Promise<unknown> {
  return (call as (...values: readonly unknown[]) => unknown)(...values)
}

/** What is wrong with how a wrong call ended; undefined where it was refused as it should. */
async function problemOf(row: Misusable, { named, values }: Misuse): Promise<string | undefined> {
  let thrown: unknown
  try {
    await callOf(row, values())
    return 'passed in silence'
  } catch (error) {
    thrown = error
  }
  if (!FastFlowError.isInstance(thrown)) return `ended in ${thrown}`
  const { field, message } = thrown
  if (message.includes('\n')) return `has a message of several lines: ${message}`
  return named.test(field) && named.test(message) ? undefined : `is about ${field}: ${message}`
}

function misusesOf({ arguments: all }: Misusable): Misuse[] {
  const entries = Object.entries(all)
  return entries.flatMap(([name, argument], position) =>
    wrongValuesOf(name, argument).map(({ label, named, value }) => ({
      label,
      named,
      values: () => entries.map(([, { valid }], k) => (k === position ? value() : valid())),
    })),
  )
}

interface WrongValue {
  readonly label: string
  readonly named: RegExp
  readonly value: () => unknown
}

function wrongValuesOf(path: string, argument: Argument): WrongValue[] {
  const { takes, wrong = [], options: fields, named = namedAs(path.split('.').at(-1)!) } = argument
  const kinds = (Object.keys(samples) as Kind[]).filter((kind) => !takes.includes(kind))
  const plain = [
    ...kinds.map((kind) => ({ label: `${path} is ${kind}`, value: samples[kind] as unknown })),
    ...wrong.map((value) => ({ label: `${path} is ${textOf(value)}`, value })),
  ]
  // Of an options object, the sample has an unknown option, which is what its error is about.
  const about = (value: unknown): RegExp => (fields && value === samples.object ? /five/ : named)
  return [
    ...plain.map(({ label, value }) => ({ label, named: about(value), value: () => value })),
    ...(fields ? wrongOptionsOf(path, argument.valid, fields) : []),
  ]
}

function wrongOptionsOf(
  path: string,
  valid: () => unknown,
  fields: Readonly<Record<string, Argument>>,
): WrongValue[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const misspelt = `${name}s`.replace(/ss$/, '')
    return [
      ...wrongValuesOf(`${path}.${name}`, field).map(({ label, named, value }) => ({
        label,
        named,
        value: () => ({ ...(valid() as object), [name]: value() }),
      })),
      {
        label: `${path}.${misspelt} is no option`,
        // The error says what was meant.
        named: new RegExp(misspelt),
        value: () => ({ ...(valid() as object), [misspelt]: field.valid() ?? 5 }),
      },
    ]
  })
}

function namedAs(name: string): RegExp {
  return new RegExp(name.replaceAll(/[^\w]/g, '.'))
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value).slice(0, 80) : String(value)
}
