import { invalidArgument, type RgbImage } from '@fastflow/core'
import { psnr, ssim } from '@fastflow/proxies'
import type { BenchFlow } from './source.ts'

/** The picture that pixels are, or the frames of a clip. @throws FastFlowError `invalid-argument` where states are no pictures. */
export function framesOf({ numFrames, toImage }: BenchFlow, pixels: Float32Array): readonly RgbImage[] {
  if (toImage === undefined) throw invalidArgument('toImage', 'is missing: there is no picture to show')
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
