import { checkCount, checkInteger, checkNumber, checkRecord, type Range, show } from './check.ts'
import { isGram } from './cholesky.ts'
import { BanditError } from './errors.ts'
import { checkOptions, type Names } from './names.ts'
import {
  checkDocument,
  checkRows,
  differentPriors,
  isSound,
  mergeRows,
  readRows,
  type Sound,
} from './state.ts'

/** What one worker saw of every arm: pulls, sum of `x x^T` (row-major, dimension^2) and sum of `reward x`. */
export interface LinearRow {
  readonly pulls: readonly number[]
  readonly grams: readonly (readonly number[])[]
  readonly moments: readonly (readonly number[])[]
}

/** A belief about one arm before its first pull: `reward = coefficients . context`, worth `weight` unit observations. */
export interface LinearPrior {
  readonly coefficients: readonly number[]
  /** Precision of the belief in every direction, at least that of the ridge. 0 for none. */
  readonly weight: number
}

export interface LinearInitOptions {
  /** 1 to 1024. */
  readonly arms: number
  /** Length of a context, 1 to 64. Give contexts a constant entry of 1 for the intercept. */
  readonly dimension: number
  /** Warm start, one entry per arm. */
  readonly prior?: readonly LinearPrior[]
}

/** Everything a contextual bandit has learned: plain JSON, one row of statistics per worker. */
export interface LinearState {
  readonly version: 1
  readonly kind: string
  readonly arms: number
  readonly dimension: number
  readonly prior?: readonly LinearPrior[]
  readonly rows: Readonly<Record<string, LinearRow>>
}

const MAX_LINEAR_ARMS = 1024
const MAX_DIMENSION = 64
const FINITE = { low: -1e150, high: 1e150 }
// Sums of squares of contexts, and of contexts times rewards, have to stay finite.
const CONTEXT = { low: -1e50, high: 1e50 }

const initNames: Names<LinearInitOptions> = { arms: true, dimension: true, prior: true }

export function initLinear(kind: string, options: LinearInitOptions): LinearState {
  checkOptions('options', options, initNames)
  const arms = checkInteger('arms', options.arms, { low: 1, high: MAX_LINEAR_ARMS })
  const dimension = checkInteger('dimension', options.dimension, { low: 1, high: MAX_DIMENSION })
  const prior = options.prior === undefined ? undefined : readLinearPrior(options.prior, arms, dimension)
  return { version: 1, kind, arms, dimension, ...(prior && { prior }), rows: {} }
}

export function emptyRow({ arms, dimension }: LinearState): LinearRow {
  const each = (length: number): number[][] =>
    Array.from({ length: arms }, () => new Array<number>(length).fill(0))
  return { pulls: new Array<number>(arms).fill(0), grams: each(dimension ** 2), moments: each(dimension) }
}

/** What a row of this state is sound for. */
export function sizeOf({ arms, dimension }: Pick<LinearState, 'arms' | 'dimension'>): string {
  return `${arms}x${dimension}`
}

/** Checks a state that a method is given: rows and priors not known to be sound are read through once. */
export function checkLinear(kind: string, sound: Sound, state: LinearState): void {
  const { arms, dimension, prior, rows } = checkDocument({ kind }, state)
  const size = { arms, dimension } as LinearInitOptions
  const checked = initLinear(kind, size)
  const key = sizeOf(checked)
  if (prior !== undefined && !isSound(sound, prior, key)) {
    readLinearPrior(prior, checked.arms, checked.dimension)
    sound.set(prior as object, key)
  }
  checkRows(sound, key, rows, (field, row) => readRow(field, row, checked))
}

/** For each worker the row with more pulls: commutative, associative, idempotent. */
export function mergeLinear(kind: string, sound: Sound, a: LinearState, b: LinearState): LinearState {
  checkLinear(kind, sound, a)
  checkLinear(kind, sound, b)
  if (a.arms !== b.arms || a.dimension !== b.dimension) {
    const sizes = [a, b].map(({ arms, dimension }) => `${arms} arms of ${dimension} features`)
    throw new BanditError('arms', `states of ${sizes.join(' and ')} do not merge`)
  }
  if (!samePrior(a.prior, b.prior)) throw differentPriors()
  return { ...a, rows: mergeRows(linearRows, a, b) }
}

function samePrior(a: readonly LinearPrior[] | undefined, b: readonly LinearPrior[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.every(({ weight, coefficients }, arm) => {
    const other = b[arm]!
    return weight === other.weight && coefficients.every((value, i) => value === other.coefficients[i])
  })
}

const linearRows = {
  pulls: (row: LinearRow): number => row.pulls.reduce((sum, n) => sum + n, 0),
  numbers: (row: LinearRow): readonly number[] => [...row.pulls, ...row.grams.flat(), ...row.moments.flat()],
}

export function parseLinear(kind: string, document: unknown): LinearState {
  const { arms, dimension, prior, rows } = checkDocument({ kind }, document)
  const options = { arms, dimension, ...(prior !== undefined && { prior }) } as LinearInitOptions
  const state = initLinear(kind, options)
  return { ...state, rows: readRows(rows, (field, row) => readRow(field, row, state)) }
}

/** A context as plain numbers. @throws BanditError naming the entry. */
export function checkContext(context: unknown, dimension: number): number[] {
  return readNumbers('context', context, dimension, CONTEXT)
}

function readLinearPrior(value: unknown, arms: number, dimension: number): LinearPrior[] {
  return readArray('prior', value, arms).map((entry, arm) => {
    const { coefficients, weight } = checkRecord(`prior[${arm}]`, entry)
    return {
      coefficients: readNumbers(`prior[${arm}].coefficients`, coefficients, dimension, FINITE),
      weight: checkNumber(`prior[${arm}].weight`, weight, { low: 0, high: 1e12 }),
    }
  })
}

function readRow(field: string, value: unknown, { arms, dimension }: LinearState): LinearRow {
  const row = checkRecord(field, value)
  const pulls = readArray(`${field}.pulls`, row.pulls, arms).map((n, arm) =>
    checkCount(`${field}.pulls[${arm}]`, n),
  )
  const lists = (name: 'grams' | 'moments', length: number): number[][] =>
    readArray(`${field}.${name}`, row[name], arms).map((list, arm) =>
      readNumbers(`${field}.${name}[${arm}]`, list, length, FINITE),
    )
  const grams = lists('grams', dimension ** 2)
  const odd = grams.findIndex((gram) => !isGram(gram, dimension))
  if (odd >= 0) throw new BanditError(`${field}.grams[${odd}]`, 'is no sum of x x^T')
  return { pulls, grams, moments: lists('moments', dimension) }
}

function readNumbers(field: string, value: unknown, length: number, range: Range): number[] {
  return readArray(field, value, length).map((entry, i) => checkNumber(`${field}[${i}]`, entry, range))
}

function readArray(field: string, value: unknown, length: number): unknown[] {
  if (!Array.isArray(value) && !ArrayBuffer.isView(value))
    throw new BanditError(field, `must be an array, got ${show(value)}`)
  const { length: found = 0 } = value as Partial<ArrayLike<unknown>>
  if (found !== length) throw new BanditError(field, `must have ${length} entries, got ${found}`)
  return Array.from(value as ArrayLike<unknown>)
}
