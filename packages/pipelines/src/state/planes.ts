/** Latents of an image or a clip, and where one frame's lie in them: [channels, frames, size, size]. */
export interface Layout {
  readonly channels: number
  readonly frames: number
  /** Latents on a side. */
  readonly side: number
}

/** @param dims [channels, side, side], or [channels, frames, side, side]. */
export function layoutOf(dims: readonly number[]): Layout {
  return { channels: dims[0]!, frames: dims.length === 4 ? dims[1]! : 1, side: dims.at(-1)! }
}

/** Latents of one frame, [channels, side, side]. */
export function frameOf(x: Float32Array, { channels, frames, side }: Layout, frame: number): Float32Array {
  const plane = side * side
  const out = new Float32Array(channels * plane)
  for (let c = 0; c < channels; c++) {
    const from = (c * frames + frame) * plane
    out.set(x.subarray(from, from + plane), c * plane)
  }
  return out
}
