import type { RgbImage } from '@fastflow/core'
import type { Preprocessing, Size } from './preprocessing.ts'
import { resizeLikePillow } from './resize.ts'

/**
 * Pixels of an image as CLIP's vision model reads them: planar [3, height, width], resized and cropped in bytes, then
 * `(byte * scale - mean) / deviation`.
 */
export function preprocess(image: RgbImage, settings: Preprocessing): { data: Float32Array; size: Size } {
  const { scale, mean, deviation } = settings
  const { width, height, data } = cut(resize(image, settings), settings.crop)
  const plane = width * height
  const out = new Float32Array(3 * plane)
  for (let c = 0; c < 3; c++) {
    for (let k = 0; k < plane; k++) {
      out[c * plane + k] = (data[3 * k + c]! * scale - mean[c]!) / deviation[c]!
    }
  }
  return { data: out, size: { width, height } }
}

function resize(image: RgbImage, { shortestEdge, exactly, resample }: Preprocessing): RgbImage {
  if (exactly !== undefined) return resizeLikePillow(image, exactly.width, exactly.height, resample)
  if (shortestEdge === undefined) return image
  const { width, height } = image
  const long = Math.trunc((shortestEdge * Math.max(width, height)) / Math.min(width, height))
  return width <= height
    ? resizeLikePillow(image, shortestEdge, long, resample)
    : resizeLikePillow(image, long, shortestEdge, resample)
}

function cut(image: RgbImage, crop: Size | undefined): RgbImage {
  if (crop === undefined) return image
  const top = Math.floor((image.height - crop.height) / 2)
  const left = Math.floor((image.width - crop.width) / 2)
  const data = new Uint8Array(3 * crop.width * crop.height)
  for (let y = 0; y < crop.height; y++) {
    const from = 3 * ((top + y) * image.width + left)
    data.set(image.data.subarray(from, from + 3 * crop.width), 3 * y * crop.width)
  }
  return { ...crop, data }
}
