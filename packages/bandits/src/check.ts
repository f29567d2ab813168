import type { ArmPrior, Random } from './bandit.ts'

/** Least and largest value accepted, both included. */
export interface Range {
  readonly low: number
  readonly high: number
}

/** Rewards of any scale. The limit keeps sums of squares finite; a power of two keeps its multiples exact. */
export const ANY_REWARD: Range = { low: -(2 ** 300), high: 2 ** 300 }
export const UNIT_REWARD: Range = { low: 0, high: 1 }

const MAX_ARMS = 65_536
const MIN_WEIGHT = 1e-6
const MAX_WEIGHT = 1e12

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

export function checkNumber(field: string, value: unknown, range: Range, hint = ''): number {
  if (typeof value !== 'number') throw new TypeError(`${field}: must be a number, got ${show(value)}${hint}`)
  if (!(value >= range.low && value <= range.high)) {
    throw new RangeError(
      `${field}: must be a number from ${range.low} to ${range.high}, got ${show(value)}${hint}`,
    )
  }
  return value
}

export function checkInteger(field: string, value: unknown, range: Range): number {
  const number = checkNumber(field, value, range)
  if (!Number.isInteger(number)) throw new RangeError(`${field}: must be an integer, got ${number}`)
  return number
}

export function checkArms(field: string, value: unknown): number {
  return checkInteger(field, value, { low: 1, high: MAX_ARMS })
}

export function checkArm(value: unknown, arms: number): number {
  return checkInteger('arm', value, { low: 0, high: arms - 1 })
}

export function checkReward(field: string, value: unknown, range: Range): number {
  if (value === undefined || value === null) {
    throw new TypeError(
      `${field}: is missing; a missing value means no update, never zero: skip this call to update`,
    )
  }
  return checkNumber(field, value, range, range === UNIT_REWARD ? '; rescale rewards to [0, 1]' : '')
}

export function checkPropensity(value: unknown): number {
  const hint = '; pass the propensity that select returned'
  const propensity = checkNumber('propensity', value, UNIT_REWARD, hint)
  if (propensity === 0) throw new RangeError(`propensity: must be above 0, got 0${hint}`)
  return propensity
}

export function checkWorker(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw new TypeError(`worker: must be a non-empty string, got ${show(value)}`)
}

export function checkRecord(field: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw new TypeError(`${field}: must be an object, got ${Array.isArray(value) ? 'an array' : show(value)}`)
}

export function checkArray(field: string, value: unknown, length: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${field}: must be an array, got ${show(value)}`)
  if (value.length !== length) {
    throw new RangeError(`${field}: must have one entry per arm (${length}), got ${value.length}`)
  }
  return value
}

export function checkPrior(value: unknown, arms: number, means: Range): ArmPrior[] {
  return Array.from(checkArray('prior', value, arms), (entry, arm) => {
    const field = `prior[${arm}]`
    const { mean, weight } = checkRecord(field, entry)
    const checked = checkNumber(`${field}.weight`, weight, { low: 0, high: MAX_WEIGHT })
    if (checked > 0 && checked < MIN_WEIGHT) {
      throw new RangeError(`${field}.weight: must be 0 (no belief) or at least ${MIN_WEIGHT}, got ${checked}`)
    }
    return { mean: checkNumber(`${field}.mean`, mean, means), weight: checked }
  })
}

/** The next uniform number, checked: a generator outside [0, 1) would bias every choice unseen. */
export function uniform(random: Random): number {
  const value = random()
  if (value >= 0 && value < 1) return value
  throw new RangeError(`random: must return numbers in [0, 1), returned ${show(value)}`)
}
