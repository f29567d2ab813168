/** The part of the web's AbortSignal that sampling reads. */
export interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason?: unknown
}

/** What a velocity evaluation may know besides the state and the noise level. */
export interface VelocityCall<T> {
  /** Grid index of the state, 0 at the start. */
  readonly index: number
  /** Which network passes are asked for; `both` unless a plan forecasts the guidance difference. */
  readonly branch: 'both' | 'conditional'
  readonly signal: AbortSignalLike | undefined
  /** Write the velocity here and return it, and the sampler need not copy. */
  readonly out: T
}

/**
 * `dx/dsigma` at state `x` and noise level `sigma` in [0, 1] (1 is pure noise).
 *
 * May return `call.out`, or a vector of its own, which is copied before the next call. Must not change `x`.
 */
export type Velocity<T> = (x: T, sigma: number, call: VelocityCall<T>) => T | Promise<T>
