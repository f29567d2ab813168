import { invalidArgument, isRecord, type RgbImage } from '@fastflow/core'
import { checkMethods, shown } from '@fastflow/core/backend'
import { featureMoments, type Gaussian } from './frechet/gaussian.ts'

/** A network that turns images into vectors, with its preprocessing. */
export interface ImageFeatures {
  readonly name: string
  /** Name, version and digest of the network: distances between features of different versions mean nothing. */
  readonly version: string
  /** One vector an image, all of one length. @throws FastFlowError `invalid-argument` naming the image. */
  extract(images: readonly RgbImage[]): Promise<readonly Float32Array[]>
}

/** @throws FastFlowError `invalid-argument` for what extracts nothing. */
export function checkFeatures(features: ImageFeatures): void {
  checkMethods('features', features, ['extract'], 'the features of loadClip')
}

/** Images a network pass takes at once: enough to keep it busy, little enough to stay small in memory. */
const BATCH = 32

/**
 * Fits a Gaussian to the features of images, for `frechetDistance`.
 *
 * @param images at least 2, of any sizes the features' preprocessing takes; an iterable, so that they need not all be
 *   in memory.
 * @throws FastFlowError `invalid-argument` for fewer than 2 images or one that is no image.
 */
export async function gaussianOfImages(
  features: ImageFeatures,
  images: Iterable<RgbImage> | AsyncIterable<RgbImage>,
): Promise<Gaussian> {
  checkFeatures(features)
  if (!isRecord(images) && !Array.isArray(images))
    throw invalidArgument('images', `${shown(images)} are not images; pass a list`)
  if (!(Symbol.iterator in images || Symbol.asyncIterator in images))
    throw invalidArgument('images', 'cannot be iterated over; pass a list')
  let moments: ReturnType<typeof featureMoments> | undefined
  let batch: RgbImage[] = []
  const flush = async (): Promise<void> => {
    for (const vector of await features.extract(batch)) {
      moments ??= featureMoments(vector.length)
      moments.add(vector)
    }
    batch = []
  }
  for await (const image of images) {
    batch.push(image)
    if (batch.length === BATCH) await flush()
  }
  if (batch.length > 0) await flush()
  if (moments === undefined) throw invalidArgument('images', 'are none; a covariance needs 2 or more')
  return moments.gaussian()
}
