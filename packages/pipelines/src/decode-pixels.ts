import type { RgbImage } from '@fastflow/core'

/** Planar float pixels [3, size, size] in [-1, 1] to 8-bit RGB; values outside are clipped. */
export function decodePixels(x: Float32Array, size: number): RgbImage {
  const plane = size * size
  const data = new Uint8Array(3 * plane)
  for (let channel = 0; channel < 3; channel++) {
    for (let k = 0; k < plane; k++) {
      const value = (x[channel * plane + k]! + 1) * 127.5
      data[3 * k + channel] = Math.min(255, Math.max(0, Math.round(value)))
    }
  }
  return { width: size, height: size, data }
}
