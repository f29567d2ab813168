/** Words that are kept, and the longest one: memory stays below some megabytes. */
const WORDS = 10_000
const LENGTH = 256

/** Keeps what short words came to; the one that came first makes room. */
export type WordCache = (word: string, compute: () => readonly number[]) => readonly number[]

export function createWordCache(): WordCache {
  const known = new Map<string, readonly number[]>()
  return (word, compute) => {
    const found = known.get(word)
    if (found !== undefined) return found
    const ids = compute()
    if (word.length > LENGTH) return ids
    if (known.size >= WORDS) known.delete(known.keys().next().value!)
    known.set(word, ids)
    return ids
  }
}
