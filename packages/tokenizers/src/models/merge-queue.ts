/** Ranks and places in one number: the lowest rank first, then the first place. */
const PLACES = 4_294_967_296

/** Merges to come, the next one first. */
export interface MergeQueue {
  push(rank: number, place: number): void
  /** Takes the next one; false when there is none. */
  pop(): boolean
  /** Of the one that was taken last. */
  readonly rank: number
  readonly place: number
}

/** A binary heap. */
export function createMergeQueue(): MergeQueue {
  const heap: number[] = []
  const queue = { rank: 0, place: 0, push, pop }
  function push(rank: number, place: number): void {
    const key = rank * PLACES + place
    let k = heap.length
    heap.push(key)
    while (k > 0) {
      const parent = (k - 1) >> 1
      if (heap[parent]! <= key) break
      heap[k] = heap[parent]!
      k = parent
    }
    heap[k] = key
  }
  function pop(): boolean {
    const top = heap[0]
    if (top === undefined) return false
    queue.rank = Math.floor(top / PLACES)
    queue.place = top - queue.rank * PLACES
    const last = heap.pop()!
    if (heap.length > 0) sink(last)
    return true
  }
  function sink(key: number): void {
    const { length } = heap
    let k = 0
    for (;;) {
      let child = 2 * k + 1
      if (child >= length) break
      if (child + 1 < length && heap[child + 1]! < heap[child]!) child++
      if (heap[child]! >= key) break
      heap[k] = heap[child]!
      k = child
    }
    heap[k] = key
  }
  return queue
}
