import { type BlobStore, FastFlowError, type RgbImage } from '@fastflow/core'
import { decodeImage, decodeRgba, resizePicture } from '@fastflow/media'
import type { Pipeline } from '@fastflow/pipelines'
import type { JobRequest } from '../ports/job.ts'

/** The picture of a job in the size that its model takes, undefined where it has none. */
export async function pictureOf(
  { image }: JobRequest,
  pipe: Pipeline,
  blobs: BlobStore,
): Promise<RgbImage | undefined> {
  if (image === undefined) return undefined
  const bytes = await bytesOf(image, 'image', blobs)
  const size = pipe.defaults.width === undefined ? { size: pipe.size } : {}
  return decodeImage(bytes, { ...size, name: 'the picture', field: 'image' })
}

/**
 * What was made where the mask is transparent, and the picture elsewhere, in the size of what was made.
 *
 * Shapes: the mask and the picture are stretched to it; half transparent is half of each.
 */
export async function masked(
  made: RgbImage,
  original: RgbImage,
  mask: string,
  blobs: BlobStore,
): Promise<RgbImage> {
  const { width, height } = made
  const square = original.width === original.height ? { size: original.width } : {}
  const decoded = await decodeRgba(await bytesOf(mask, 'mask', blobs), {
    ...square,
    name: 'the mask',
    field: 'mask',
  })
  const [over, under] = await Promise.all(
    [decoded, original].map((picture) => resizePicture(picture, width, height)),
  )
  const data = new Uint8Array(made.data.length)
  for (let k = 0; k < width * height; k++) {
    const kept = over!.data[4 * k + 3]! / 255
    for (let c = 3 * k; c < 3 * k + 3; c++)
      data[c] = Math.round(kept * under!.data[c]! + (1 - kept) * made.data[c]!)
  }
  return { width, height, data }
}

async function bytesOf(key: string, field: string, blobs: BlobStore): Promise<Uint8Array> {
  const bytes = await blobs.get(key)
  if (bytes !== undefined) return bytes
  const message = `${field}: it is not kept any more; send it again`
  throw new FastFlowError({ code: 'invalid-argument', field, message })
}
