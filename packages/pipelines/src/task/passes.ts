import type { AbortSignalLike, Feeds, ModelRunner } from '@fastflow/core'

/** A velocity network that takes states in batches, and the names of its ports; `timestep` is called so everywhere. */
export interface Network {
  readonly runner: ModelRunner
  /** Input of the state, `sample` or `hidden_states`. */
  readonly state: string
}

/** One network pass: what it is fed besides state and noise level, and the weight of its velocity. */
export interface Pass {
  readonly feeds: Feeds
  readonly weight: number
}

/** Passes that make one evaluation. */
export interface Passes<T> {
  /**
   * Writes the sum of the weighted velocities. Once `signal` is aborted passes that have not begun are left out, and `out`
   * holds nothing of use.
   *
   * @returns milliseconds inside the network.
   */
  run(out: T, x: T, sigma: number, signal: AbortSignalLike | undefined): Promise<number>
  /** Another sum of the velocities of the last run. */
  combine(out: T, weights: readonly number[]): void
}

/** Runs the passes of one generation on states of one kind. */
export interface PassRunner<T> {
  open(passes: readonly Pass[]): Passes<T>
  /** Gives back the memory that conditions and velocities take; nothing runs afterwards. */
  release(): void
}
