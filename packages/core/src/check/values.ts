import { invalidArgument } from '../errors.ts'
import { isRecord } from '../json/json.ts'
import { shown } from './shown.ts'

// Values of single arguments. All throw FastFlowError `invalid-argument` that names `field`, what came and what is wanted.

/** A whole number of at least `least`, at most `most`. */
export function checkWhole(
  field: string,
  value: unknown,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw invalidArgument(field, `${shown(value)} is not a whole number ${between(least, most)}`)
}

/** A finite number of at least `least`, at most `most`. */
export function checkNumber(field: string, value: unknown, least: number, most: number = Infinity): number {
  if (isFiniteNumber(value) && value >= least && value <= most) return value
  throw invalidArgument(field, `${shown(value)} is not a number ${between(least, most)}`)
}

/** A finite number above 0. */
export function checkPositive(field: string, value: unknown): number {
  if (isFiniteNumber(value) && value > 0) return value
  throw invalidArgument(field, `${shown(value)} is not a positive number`)
}

/** A number above 0 and below 1. */
export function checkShare(field: string, value: unknown): number {
  if (isFiniteNumber(value) && value > 0 && value < 1) return value
  throw invalidArgument(field, `${shown(value)} is not between 0 and 1`)
}

function between(least: number, most: number): string {
  const bounded = most < Number.MAX_SAFE_INTEGER
  if (Number.isFinite(least)) return bounded ? `from ${least} to ${most}` : `of at least ${least}`
  return bounded ? `of at most ${most}` : 'that is finite'
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** True for arrays and typed arrays of finite numbers. */
export function isNumbers(value: unknown): value is ArrayLike<number> {
  if (!isSequence(value)) return false
  for (let k = 0; k < value.length; k++) if (!isFiniteNumber(value[k])) return false
  return true
}

/** True for arrays and typed arrays, whatever they hold. */
export function isSequence(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)
}

/** A list, or a typed array, of finite numbers. @param what they are, for the message. */
export function checkNumbers(field: string, value: unknown, what: string): ArrayLike<number> {
  if (isNumbers(value)) return value
  throw invalidArgument(field, `${shown(value)} is not a list of ${what}`)
}

/** One of a few values. */
export function checkOneOf(field: string, value: unknown, available: readonly (string | number)[]): void {
  if (available.some((one) => one === value)) return
  throw invalidArgument(field, `${shown(value)} is not one of ${available.join(', ')}`)
}

/** True, false or not given. */
export function checkFlag(field: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return
  throw invalidArgument(field, `${shown(value)} is not true or false`)
}

/** @param wanted what to pass instead, e.g. `(seed) => noise`. */
export function checkFunction(field: string, value: unknown, wanted: string): void {
  if (typeof value === 'function') return
  throw invalidArgument(field, `${shown(value)} is not a function; pass ${wanted}`)
}

/** The same, or not given. */
export function checkCallback(field: string, value: unknown, wanted: string): void {
  if (value !== undefined) checkFunction(field, value, wanted)
}

/** @param wanted what to pass instead, e.g. `the folder of a model`. */
export function checkText(field: string, value: unknown, wanted: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw invalidArgument(field, `${shown(value)} is not a text; pass ${wanted}`)
}

/** An object with these methods. @param wanted what to pass instead, e.g. `nodeBackend()`. */
export function checkMethods(
  field: string,
  value: unknown,
  methods: readonly string[],
  wanted: string,
): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw invalidArgument(field, `is ${shown(value)}; pass ${wanted}`)
  const missing = methods.find((name) => typeof value[name] !== 'function')
  if (missing === undefined) return value
  throw invalidArgument(field, `has no method ${missing}; pass ${wanted}`)
}

/** An AbortSignal, or anything with its `aborted`, or not given. */
export function checkSignal(signal: unknown): void {
  if (signal === undefined || (isRecord(signal) && typeof signal.aborted === 'boolean')) return
  throw invalidArgument('signal', `${shown(signal)} is not an AbortSignal; pass controller.signal`)
}
