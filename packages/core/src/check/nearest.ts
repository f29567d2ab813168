import { invalidArgument } from '../errors.ts'
import { shown } from './shown.ts'
import { isSequence } from './values.ts'

/** Fewer letters in common say nothing. */
const LEAST_SHARED = 3

/** The known name that was most likely meant; undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (typeof name !== 'string') throw invalidArgument('name', `${shown(name)} is not a text`)
  if (!isSequence(known) || Array.from(known).some((one) => typeof one !== 'string'))
    throw invalidArgument('known', `${shown(known)} is not a list of names`)
  const wanted = plain(name)
  const ranked = known
    .map((candidate) => ({ candidate, cost: costOf(wanted, plain(candidate)) }))
    .sort((a, b) => a.cost - b.cost)
  const [best] = ranked
  return best !== undefined && best.cost <= Math.max(2, wanted.length / 3) ? best.candidate : undefined
}

/** Other tools write `num_steps`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** 0 for equal names, below 2 where the letters of one stand in the other in their order, else the edits between them. */
function costOf(a: string, b: string): number {
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  const edits = editsBetween(a, b)
  if (short.length < LEAST_SHARED || !holds(long, short)) return edits
  return Math.min(edits, 1 + (long.length - short.length) / (long.length + 1))
}

function holds(long: string, short: string): boolean {
  let at = 0
  for (const letter of long) if (letter === short[at]) at++
  return at === short.length
}

/** Letters to insert, drop, replace or swap with their neighbour (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min(replaced, rows[i - 1]![j]! + 1, row[j - 1]! + 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
