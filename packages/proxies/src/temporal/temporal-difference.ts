import { invalidArgument, isRecord, type QualityProxy, type RgbImage } from '@fastflow/core'
import { checkMethods } from '@fastflow/core/backend'
import { checkFrames } from './temporal-consistency.ts'

/**
 * How differently two clips change: `1 / (F - 1) sum_t |d(f(t), f(t + 1)) - d(g(t), g(t + 1))|`.
 *
 * `d` is the proxy's distance of consecutive frames; with LPIPS this is tLP. At least 0, lower is better, 0 for equal
 * clips; in units of the proxy. Made for an accelerated clip and its full run: unlike a mean of frame-by-frame scores it
 * sees frames that flicker, and unlike `temporalConsistency` it forgives motion that the full run has too.
 *
 * Two scores of the proxy a pair of frames.
 *
 * @param proxy any that compares with a reference.
 * @throws FastFlowError `invalid-argument` for fewer than two frames or clips of different length.
 *
 * Chu et al., "Learning temporal coherence via self-supervision for GAN-based video generation", ACM TOG 39(4), 2020.
 */
export async function temporalDifference(
  frames: readonly RgbImage[],
  reference: readonly RgbImage[],
  proxy: QualityProxy,
): Promise<number> {
  checkFrames(frames)
  checkFrames(reference, 'reference')
  const wanted = 'one that compares two images, such as lpips or ssim'
  const { needs } = checkMethods('proxy', proxy, ['score'], wanted)
  if (!isRecord(needs)) throw invalidArgument('proxy', `does not say what it needs; give ${wanted}`)
  if (reference.length !== frames.length) {
    throw invalidArgument(
      'reference',
      `has ${reference.length} frames, the clip ${frames.length}; compare equal clips`,
    )
  }
  if (!proxy.needs.reference || proxy.needs.prompt) {
    throw invalidArgument('proxy', `is ${proxy.name}; give ${wanted}`)
  }
  let sum = 0
  for (let t = 1; t < frames.length; t++) {
    const own = await proxy.score({ image: frames[t]!, reference: frames[t - 1]! })
    const other = await proxy.score({ image: reference[t]!, reference: reference[t - 1]! })
    sum += Math.abs(own.value - other.value)
  }
  return sum / (frames.length - 1)
}
