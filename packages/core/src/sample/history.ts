import type { Term, VectorSpace } from '../space/vector-space.ts'

/**
 * The last velocities with their noise levels, newest first, in buffers that are reused: pushing
 * rotates pointers and allocates nothing.
 */
export interface History<T> {
  readonly count: number
  /** Noise level of each stored velocity, newest first. */
  readonly nodes: Float64Array
  velocity(age: number): T
  /** The buffer the next velocity goes to. */
  next(): T
  /** Makes `velocity` (copied unless it is `next()`) the newest entry. */
  push(velocity: T, sigma: number): void
  /** `out = baseWeight base + sum_a weights[a] velocity(a)`, `baseWeight` 1 when omitted; without `base` the sum alone. */
  combine(out: T, weights: ArrayLike<number>, count: number, base?: T, baseWeight?: number): void
  release(): void
}

export function createHistory<T>(space: VectorSpace<T>, depth: number, like: T): History<T> {
  const buffers = Array.from({ length: depth + 1 }, () => space.allocate(like))
  const nodes = new Float64Array(depth)
  const terms = Array.from({ length: depth + 1 }, (_, i): Term<T> => ({ weight: 0, vector: buffers[i]! }))
  const shortened = terms.map((_, length) => terms.slice(0, length + 1))
  const copy: Term<T>[] = [{ weight: 1, vector: like }]
  // buffers[spare] is written next; the newest velocity lies one behind it.
  let spare = 0
  let count = 0
  const at = (age: number): T => buffers[(spare + buffers.length - 1 - age) % buffers.length]!

  return {
    get count() {
      return count
    },
    nodes,
    velocity: at,
    next: () => buffers[spare]!,
    push(velocity, sigma) {
      if (velocity !== buffers[spare]) {
        copy[0]!.vector = velocity
        space.linearCombination(buffers[spare]!, copy)
      }
      spare = (spare + 1) % buffers.length
      count = Math.min(count + 1, depth)
      nodes.copyWithin(1, 0, depth - 1)
      nodes[0] = sigma
    },
    combine(out, weights, used, base, baseWeight = 1) {
      const first = base === undefined ? 0 : 1
      if (base !== undefined) {
        terms[0]!.weight = baseWeight
        terms[0]!.vector = base
      }
      for (let age = 0; age < used; age++) {
        const term = terms[first + age]!
        term.weight = weights[age]!
        term.vector = at(age)
      }
      space.linearCombination(out, shortened[first + used - 1]!)
    },
    release: () => {
      for (const buffer of buffers) space.release(buffer)
    },
  }
}
