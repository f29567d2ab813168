import { invalidArgument, type RgbImage } from '@fastflow/core'
import { checkFunction, checkMethods, checkWhole, shown } from '@fastflow/core/backend'
import { psnr, ssim } from '@fastflow/proxies'
import type { BenchFlow } from './source.ts'

/**
 * The picture that pixels are, or the frames of a clip.
 *
 * @param pixels what `flow.pixels` returned.
 * @throws FastFlowError `invalid-argument`, also where states are no pictures.
 */
export function framesOf(flow: BenchFlow, pixels: Float32Array): readonly RgbImage[] {
  checkMethods('flow', flow, [], 'what prepareTurn returned')
  const { numFrames, toImage } = flow
  checkWhole('flow.numFrames', numFrames, 1)
  if (toImage === undefined) throw invalidArgument('toImage', 'is missing: there is no picture to show')
  checkFunction('flow.toImage', toImage, 'what prepareTurn returned')
  if (pixels?.[Symbol.toStringTag] !== 'Float32Array')
    throw invalidArgument('pixels', `${shown(pixels)} is no Float32Array; pass what flow.pixels returned`)
  return Array.from({ length: numFrames }, (_, frame) => toImage(pixels, frame))
}

/** dB of 8-bit pixels; of a clip the mean over its frames. */
export function psnrOfFrames(frames: readonly RgbImage[], reference: readonly RgbImage[]): number {
  return meanOver(frames, reference, psnr)
}

export function ssimOfFrames(frames: readonly RgbImage[], reference: readonly RgbImage[]): number {
  return meanOver(frames, reference, ssim)
}

function meanOver(
  frames: readonly RgbImage[],
  reference: readonly RgbImage[],
  compare: (one: RgbImage, other: RgbImage) => number,
): number {
  return frames.reduce((sum, frame, t) => sum + compare(frame, reference[t]!), 0) / frames.length
}
