import {
  type AbortSignalLike,
  invalidArgument,
  isRecord,
  type QualityProxy,
  type RgbImage,
} from '@fastflow/core'
import { shown, throwIfAborted } from '@fastflow/core/backend'

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
    const score = await proxy.score({ image, reference: references[frame]! })
    if (!isRecord(score) || !Number.isFinite(score.value))
      throw invalidArgument(
        'proxy',
        `${proxy.name} scored ${shown(isRecord(score) ? score.value : score)}; return { value, version }`,
      )
    sum += score.value
  }
  return sum / images.length
}
