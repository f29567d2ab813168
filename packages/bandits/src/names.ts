import { checkRecord } from './check.ts'
import { BanditError } from './errors.ts'

/** The names of an interface, none left out: a new option that is not listed does not compile. */
export type Names<Options> = Readonly<Record<keyof Options, true>>

/**
 * Options as they are, once each of their names is known. A misspelt one would be passed over in silence.
 *
 * @param field what the options as a whole are called.
 * @throws BanditError naming the unknown option and the nearest known one.
 */
export function checkOptions<Options extends object>(
  field: string,
  options: Options,
  names: Names<Options>,
): Options {
  for (const name of Object.keys(checkRecord(field, options)))
    if (!Object.hasOwn(names, name)) throw unknownName(name, Object.keys(names))
  return options
}

/** The error for a name that is none of those known. */
function unknownName(name: string, known: readonly string[]): BanditError {
  const word = name.slice(0, 40)
  const distances = known.map((other) => editDistance(word.toLowerCase(), other.toLowerCase()))
  const nearest = known[distances.indexOf(Math.min(...distances))]
  return new BanditError(word, `is unknown; did you mean '${nearest}'? Known: ${known.join(', ')}`)
}

/** Letters to insert, delete or replace (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
