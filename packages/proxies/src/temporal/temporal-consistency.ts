import { invalidArgument, type RgbImage } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'
import { cosine } from '../cosine.ts'
import { checkFeatures, type ImageFeatures } from '../image-features.ts'

/**
 * Temporal consistency of a clip: mean cosine between the features of consecutive frames.
 *
 * `1 / (F - 1) sum_t cos(f(t), f(t + 1))`, in [-1, 1], higher is steadier; 1 for a still clip. With CLIP's image
 * encoder it is the frame consistency that text-to-video papers report. It cannot tell a steady clip from one that
 * does not move: report it beside a measure of fidelity or motion.
 *
 * @param frames two or more, in order.
 * @throws FastFlowError `invalid-argument` for fewer frames, or a frame without direction (all features 0).
 *
 * Esser et al., "Structure and content-guided video synthesis with diffusion models", ICCV 2023, section 4.
 */
export async function temporalConsistency(
  frames: readonly RgbImage[],
  features: ImageFeatures,
): Promise<number> {
  checkFrames(frames)
  checkFeatures(features)
  const vectors = await features.extract(frames)
  let sum = 0
  for (let t = 1; t < vectors.length; t++) sum += cosine(vectors[t - 1]!, vectors[t]!, `frames[${t}]`)
  return sum / (vectors.length - 1)
}

/** @throws FastFlowError `invalid-argument` unless there are two frames or more. */
export function checkFrames(frames: readonly RgbImage[], field = 'frames'): void {
  if (!Array.isArray(frames))
    throw invalidArgument(field, `${shown(frames)} are not frames; pass a list of images`)
  if (frames.length < 2) throw invalidArgument(field, `are ${frames.length}; a clip has 2 or more`)
}
