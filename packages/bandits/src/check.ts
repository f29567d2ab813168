import type { ArmPrior, Random, RewardRange } from './bandit.ts'
import { BanditError } from './errors.ts'

/** Least and largest value accepted, both included. */
export type Range = RewardRange

/** Rewards of any scale. The limit keeps sums of squares finite; a power of two keeps its multiples exact. */
export const ANY_REWARD: Range = { low: -(2 ** 300), high: 2 ** 300 }
export const UNIT_REWARD: Range = { low: 0, high: 1 }

const MAX_ARMS = 65_536
const MIN_WEIGHT = 1e-6
const MAX_WEIGHT = 1e12

/** A foreign value in a few words: never walks into it, however deep or large it is. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, 40)
}

export function checkNumber(field: string, value: unknown, range: Range, hint = ''): number {
  if (isWithin(value, range)) return value
  const limits = typeof value === 'number' ? ` from ${range.low} to ${range.high}` : ''
  throw new BanditError(field, `must be a number${limits}, got ${show(value)}${hint}`)
}

export function checkInteger(field: string, value: unknown, range: Range): number {
  const number = checkNumber(field, value, range)
  if (!Number.isInteger(number)) throw new BanditError(field, `must be an integer, got ${number}`)
  return number
}

/** How often something happened. */
export function checkCount(field: string, value: unknown): number {
  return checkInteger(field, value, { low: 0, high: Number.MAX_SAFE_INTEGER })
}

export function checkArms(field: string, value: unknown): number {
  return checkInteger(field, value, { low: 1, high: MAX_ARMS })
}

export function checkArm(value: unknown, arms: number): number {
  return checkInteger('arm', value, { low: 0, high: arms - 1 })
}

export function checkReward(field: string, value: unknown, range: Range): number {
  if (value === undefined || value === null) {
    const problem = 'is missing; a missing value means no update, never zero: skip this call to update'
    throw new BanditError(field, problem)
  }
  return checkNumber(field, value, range, range === UNIT_REWARD ? '; rescale rewards to [0, 1]' : '')
}

export function checkPropensity(value: unknown): number {
  const hint = '; pass the propensity that select returned'
  const propensity = checkNumber('propensity', value, UNIT_REWARD, hint)
  if (propensity === 0) throw new BanditError('propensity', `must be above 0, got 0${hint}`)
  return propensity
}

export function checkWorker(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw new BanditError('worker', `must be a non-empty string, got ${show(value)}`)
}

export function checkRecord(field: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw new BanditError(field, `must be an object, got ${show(value)}`)
}

export function checkFunction(field: string, value: unknown): void {
  if (typeof value !== 'function') throw new BanditError(field, `must be a function, got ${show(value)}`)
}

export function checkList(field: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new BanditError(field, `must be an array, got ${show(value)}`)
  return value
}

export function checkArray(field: string, value: unknown, length: number): readonly unknown[] {
  const list = checkList(field, value)
  if (list.length === length) return list
  throw new BanditError(field, `must have one entry per arm (${length}), got ${list.length}`)
}

/** One number in `range` for every arm, copied. */
export function readNumbers(field: string, value: unknown, arms: number, range: Range): number[] {
  const list = checkArray(field, value, arms)
  const numbers: number[] = []
  for (let arm = 0; arm < arms; arm++) {
    const entry = list[arm]
    // An entry gets a name only where it is refused: this runs in every round.
    numbers.push(isWithin(entry, range) ? entry : checkNumber(`${field}[${arm}]`, entry, range))
  }
  return numbers
}

function isWithin(value: unknown, { low, high }: Range): value is number {
  return typeof value === 'number' && value >= low && value <= high
}

/** A range of rewards that someone declared. */
export function checkRange(field: string, value: unknown): Range {
  const { low, high } = checkRecord(field, value)
  const range = {
    low: checkNumber(`${field}.low`, low, ANY_REWARD),
    high: checkNumber(`${field}.high`, high, ANY_REWARD),
  }
  if (range.low < range.high) return range
  throw new BanditError(field, `must have its low (${range.low}) below its high (${range.high})`)
}

export function checkPrior(value: unknown, arms: number, means: Range): ArmPrior[] {
  return Array.from(checkArray('prior', value, arms), (entry, arm) => {
    const field = `prior[${arm}]`
    const { mean, weight } = checkRecord(field, entry)
    const checked = checkNumber(`${field}.weight`, weight, { low: 0, high: MAX_WEIGHT })
    if (checked > 0 && checked < MIN_WEIGHT) {
      const problem = `must be 0 (no belief) or at least ${MIN_WEIGHT}, got ${checked}`
      throw new BanditError(`${field}.weight`, problem)
    }
    return { mean: checkNumber(`${field}.mean`, mean, means), weight: checked }
  })
}

export function checkRandom(random: unknown): void {
  if (typeof random === 'function') return
  const problem = `must be a function that returns numbers in [0, 1), such as Math.random; got ${show(random)}`
  throw new BanditError('random', problem)
}

/** The next uniform number, checked: a generator outside [0, 1) would bias every choice unseen. */
export function uniform(random: Random): number {
  const value = random()
  if (typeof value === 'number' && value >= 0 && value < 1) return value
  throw new BanditError('random', `must return numbers in [0, 1), returned ${show(value)}`)
}
