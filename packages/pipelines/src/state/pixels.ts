import { FastFlowError, type RgbImage } from '@fastflow/core'

/** Pixels clipped to [-1, 1], in an array of their own. */
export function clipPixels(x: Float32Array): Float32Array {
  return x.map((value) => Math.min(1, Math.max(-1, value)))
}

/**
 * The same pixels. A state that is finite can still decode to NaN, in half precision above all; 8-bit images would show it
 * as black.
 *
 * @throws FastFlowError `model-failed`.
 */
export function checkPixels(pixels: Float32Array): Float32Array {
  const at = pixels.findIndex(Number.isNaN)
  if (at < 0) return pixels
  const message = `pixels: hold NaN at ${at}, of a final state that is finite: the decoder overflows or is damaged; export it in float32, or download it again`
  throw new FastFlowError({ code: 'model-failed', field: 'pixels', message })
}

/** Planar float pixels [3, height, width] in [-1, 1] to 8-bit RGB; square ones by their width alone. */
export function toRgb(pixels: Float32Array, width: number, height: number = width): RgbImage {
  const plane = width * height
  const data = new Uint8Array(3 * plane)
  for (let channel = 0; channel < 3; channel++) {
    for (let k = 0; k < plane; k++)
      data[3 * k + channel] = Math.round((pixels[channel * plane + k]! + 1) * 127.5)
  }
  return { width, height, data }
}
