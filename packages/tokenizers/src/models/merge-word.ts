import { createMergeQueue } from './merge-queue.ts'
import type { Merges } from './merges.ts'

/** Merges the symbols of a word until no pair is left that merges; n log n in the symbols. */
export function mergeWord(symbols: readonly number[], merges: Merges): readonly number[] {
  const { length } = symbols
  if (length < 2) return symbols
  const ids = Float64Array.from(symbols)
  const before = Int32Array.from({ length }, (_, k) => k - 1)
  const after = Int32Array.from({ length }, (_, k) => k + 1)
  const gone = new Uint8Array(length)
  const queue = createMergeQueue()
  const offer = (left: number, right: number): void => {
    if (left < 0 || right >= length) return
    const rank = merges.rank(ids[left]!, ids[right]!)
    if (rank !== undefined) queue.push(rank, left)
  }
  for (let k = 0; k + 1 < length; k++) offer(k, k + 1)
  while (queue.pop()) {
    const left = queue.place
    const right = after[left]!
    if (gone[left] === 1 || right >= length) continue
    // An entry of before a neighbour merged elsewhere is stale.
    const rank = merges.rank(ids[left]!, ids[right]!)
    const merged = merges.merged[queue.rank]!
    if (rank === undefined || merges.merged[rank] !== merged) continue
    ids[left] = merged
    gone[right] = 1
    after[left] = after[right]!
    if (after[left]! < length) before[after[left]!] = left
    offer(before[left]!, left)
    offer(left, after[left]!)
  }
  return symbols.map((_, k) => ids[k]!).filter((_, k) => gone[k] === 0)
}
