import type { RgbImage } from '@fastflow/core'
import { checkPair } from '../image-pair.ts'
import { checkFrames } from './temporal-consistency.ts'

/**
 * How little consecutive frames differ: `1 - mean |f(t + 1) - f(t)| / 255`, in [0, 1]; 1 for a still clip.
 *
 * Needs no network. Meant for clips that should stand still or move little: it punishes motion like flicker.
 *
 * @param frames two or more of one size, in order.
 * @throws FastFlowError `invalid-argument` for fewer frames, or sizes that differ.
 *
 * Huang et al., "VBench: comprehensive benchmark suite for video generative models", CVPR 2024 (temporal flickering).
 */
export function temporalFlickering(frames: readonly RgbImage[]): number {
  checkFrames(frames)
  let sum = 0
  for (let t = 1; t < frames.length; t++) {
    const [before, after] = [frames[t - 1]!, frames[t]!]
    checkPair(after, before)
    let difference = 0
    for (let i = 0; i < after.data.length; i++) difference += Math.abs(after.data[i]! - before.data[i]!)
    sum += difference / after.data.length
  }
  return 1 - sum / (frames.length - 1) / 255
}
