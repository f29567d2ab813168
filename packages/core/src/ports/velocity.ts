import type { AbortSignalLike } from '../abort-signal.ts'
/**
 * Where classifier-free guidance puts its second part, apart from the velocity: the guidance term
 * `g = (scale - 1) (c - u)`, c under the condition and u without it, so that `v = c + g`.
 */
export interface GuidanceSlot<T> {
  readonly out: T
  /** Set by the velocity once `out` holds the guidance term; a velocity that knows of no parts leaves it false. */
  written: boolean
}

/** What a velocity evaluation may know besides the state and the noise level. */
export interface VelocityCall<T> {
  /** Grid index of the state, 0 at the start. */
  readonly index: number
  /**
   * Which network passes are asked for. `both`: the whole velocity. `conditional`: c alone, one pass, where a plan
   * forecasts the guidance term; asked only of velocities that have filled a `guidance` slot before.
   */
  readonly branch: 'both' | 'conditional'
  /** Asks for the guidance term too, at no extra pass; `out` receives the whole velocity all the same. */
  readonly guidance?: GuidanceSlot<T> | undefined
  readonly signal: AbortSignalLike | undefined
  /** Write the velocity here and return it, and the sampler need not copy. */
  readonly out: T
}

/**
 * `dx/dsigma` at state `x` and noise level `sigma` in [0, 1] (1 is pure noise).
 *
 * May return `call.out`, or a vector of its own, which is copied before the next call. Must not change `x`. Once
 * `call.signal` is aborted nobody looks at what is returned: a velocity of several network passes may leave out the rest.
 */
export type Velocity<T> = (x: T, sigma: number, call: VelocityCall<T>) => T | Promise<T>
