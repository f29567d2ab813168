import { isRecord } from '@fastflow/core'

// Values of a message that another process wrote: nothing in it is believed before it was looked at.

export function recordIn(value: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value
  throw new RangeError('an answer without what belongs to it')
}

export function listIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new RangeError('an answer without a list that belongs to it')
}

export function textIn(value: unknown): string {
  if (typeof value === 'string') return value
  throw new RangeError('an answer without a text that belongs to it')
}

/** A number of at least 0. */
export function countIn(value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value
  throw new RangeError('an answer without a number that belongs to it')
}

export function wholeIn(value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
  throw new RangeError('an answer with a size that is none')
}
