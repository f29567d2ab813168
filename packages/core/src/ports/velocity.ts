/** What a velocity evaluation may know besides the state and the noise level. */
export interface VelocityCall {
  /** Grid index of the state, 0 at pure noise. */
  readonly index: number
  /** Which network passes are asked for; `both` unless a plan forecasts the guidance difference. */
  readonly branch: 'both' | 'conditional'
  readonly signal: AbortSignalLike | undefined
}

/** The part of the web's AbortSignal that sampling reads. */
export interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason?: unknown
}

/**
 * `dx/dsigma` at state `x` and noise level `sigma` in [0, 1] (1 is pure noise).
 *
 * The returned vector is read until the next call at the latest unless the sampler cloned it:
 * an implementation may reuse one output buffer. Must not change `x`.
 */
export type Velocity<T> = (x: T, sigma: number, call: VelocityCall) => T | Promise<T>
