import type { QualityProxy, RgbImage } from '@fastflow/core'

/** Mean score of frames against those of the full run, frame by frame; of an image its own. */
export async function scoreFrames(
  proxy: QualityProxy,
  images: readonly RgbImage[],
  references: readonly RgbImage[],
): Promise<number> {
  let sum = 0
  for (const [frame, image] of images.entries())
    sum += (await proxy.score({ image, reference: references[frame]! })).value
  return sum / images.length
}
