import { shown } from '../check/shown.ts'
import { checkWhole } from '../check/values.ts'
import { invalidArgument } from '../errors.ts'

/** Uniform numbers in [0, 1), 32 bits each. */
export type Random = () => number

/** A {@link Random} whose state can be read, stored and restored. */
export interface SeededRandom {
  readonly next: Random
  /** Four unsigned 32-bit words; pass them to {@link restoreRandom} to go on from here. */
  state(): readonly [number, number, number, number]
}

/**
 * Seeded uniform generator, identical on every platform (integer arithmetic only).
 *
 * xoshiro128** 1.1 of Blackman and Vigna (2018), seeded by splitmix32. `seed` is a whole number, taken modulo 2^32.
 * Not for cryptography.
 *
 * @throws FastFlowError `invalid-argument` for a seed that is not a whole number within 2^53.
 */
export function createRandom(seed: number): SeededRandom {
  checkWhole('seed', seed, Number.MIN_SAFE_INTEGER)
  let z = seed >>> 0
  const split = (): number => {
    z = (z + 0x9e3779b9) >>> 0
    let t = z ^ (z >>> 16)
    t = Math.imul(t, 0x21f0aaad)
    t ^= t >>> 15
    t = Math.imul(t, 0x735a2d97)
    return (t ^ (t >>> 15)) >>> 0
  }
  return restoreRandom([split(), split(), split(), split()])
}

/**
 * Continues a generator from a state that {@link SeededRandom.state} returned.
 *
 * @throws FastFlowError `invalid-argument` for anything else; four zeros are the state that never changes.
 */
export function restoreRandom(state: readonly [number, number, number, number]): SeededRandom {
  if (!isState(state))
    throw invalidArgument(
      'state',
      `${shown(state)} is not a state; pass what state() of a generator returned`,
    )
  let [a, b, c, d] = state
  const next = (): number => {
    const x = Math.imul(b, 5)
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    return result / 4294967296
  }
  return { next, state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0] }
}

function isState(state: readonly number[]): boolean {
  const isWord = (word: unknown): boolean =>
    Number.isInteger(word) && Number(word) >= 0 && Number(word) <= 0xffffffff
  return Array.isArray(state) && state.length === 4 && state.every(isWord) && state.some((word) => word !== 0)
}
