/** One weighted vector of a linear combination. */
export interface Term<T> {
  weight: number
  vector: T
}

/**
 * Where latents live and how they are combined: Float32Array, WASM memory, GPU buffers.
 *
 * Sampling needs nothing else of a latent. Reductions may be asynchronous (a read-back
 * from a GPU); the sampling loop awaits a number only where a decision needs it.
 */
export interface VectorSpace<T> {
  readonly version: 1
  /** Shown in diagnostics, e.g. `float32`. */
  readonly name: string
  /** A vector of the size of `like`, contents unspecified. */
  allocate(like: T): T
  clone(x: T): T
  /** Gives the memory back; the vector must not be used afterwards. */
  release(x: T): void
  /** `out = sum_i weight_i vector_i`. `out` may be one of the vectors. No terms: zeros. @throws for vectors of other sizes. */
  linearCombination(out: T, terms: readonly Term<T>[]): void
  /** `sum_k a_k b_k`, accumulated in float64. */
  dot(a: T, b: T): number | Promise<number>
  /** `mean_k (a_k - b_k)^2`, accumulated in float64. */
  meanSquaredDifference(a: T, b: T): number | Promise<number>
  /** False when any element is NaN or infinite. */
  isFinite(x: T): boolean | Promise<boolean>
}
