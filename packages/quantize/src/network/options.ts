/** `int8`: 8 bits with one scale a column, products of whole numbers; `q8` and `q4`: 8 or 4 bits in blocks with a scale each. */
export type Precision = 'int8' | 'q8' | 'q4'

export const precisions: readonly Precision[] = ['int8', 'q8', 'q4']

export interface NetworkOptions {
  readonly as: Precision
  /** Weights that share a scale, for `q8` and `q4`. */
  readonly blockSize: 32 | 64 | 128
  /** Layers with fewer weights stay as they are. */
  readonly smallest: number
}

/** Why a layer stays as it is. */
export type Reason = 'first layer' | 'last layer' | 'small' | 'convolution' | 'unusual form'

/** What became of a network. */
export interface QuantizedNetwork {
  /** Its file, in the folder. */
  readonly path: string
  /** Layers whose weights were quantised, and values of these weights. */
  readonly layers: number
  readonly values: number
  /** Convolutions among them: stored in 8 bits, computed as before. */
  readonly convolutions: number
  /** Layers left as they were. */
  readonly kept: readonly { readonly reason: Reason; readonly layers: number; readonly values: number }[]
  /** Of the network's files. */
  readonly bytes: { readonly before: number; readonly after: number }
}
