import type { RgbImage } from '@fastflow/core'
import { clipPixels, toRgb } from './pixels.ts'
import { frameOf, layoutOf } from './planes.ts'
import type { VaeConfig } from './vae-config.ts'

/** One pixel a latent, by the linear map of the model's config; undefined where it has none. */
export function previewLatents(
  { rgb }: VaeConfig,
  x: Float32Array,
  dims: readonly number[],
  frame: number,
): RgbImage | undefined {
  if (rgb === undefined) return undefined
  const layout = layoutOf(dims)
  const plane = layout.side ** 2
  const latents = frameOf(x, layout, frame)
  const pixels = new Float32Array(3 * plane)
  for (let colour = 0; colour < 3; colour++) {
    for (let k = 0; k < plane; k++) {
      let value = rgb.bias[colour]!
      for (let c = 0; c < layout.channels; c++) value += rgb.factors[c]![colour]! * latents[c * plane + k]!
      pixels[colour * plane + k] = value
    }
  }
  return toRgb(clipPixels(pixels), layout.side)
}
