/** A picture of 8 bits a channel: three channels a pixel, or four with transparency, row by row. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}

/** Pictures of one size, one after the other. */
export interface Frames {
  readonly frames: readonly Picture[]
  /** Frames a second. */
  readonly fps: number
}
