import type { AbortSignalLike, QualityProxy, RgbImage } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'

/**
 * Mean score of frames against those of the full run, frame by frame; of an image its own.
 *
 * @throws FastFlowError `aborted` where the signal says so before a frame.
 */
export async function scoreFrames(
  proxy: QualityProxy,
  images: readonly RgbImage[],
  references: readonly RgbImage[],
  signal?: AbortSignalLike,
): Promise<number> {
  let sum = 0
  for (const [frame, image] of images.entries()) {
    throwIfAborted(signal, 'measuring quality')
    sum += (await proxy.score({ image, reference: references[frame]! })).value
  }
  return sum / images.length
}
