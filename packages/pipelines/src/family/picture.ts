import { invalidArgument, type RgbImage } from '@fastflow/core'
import { checkText } from '@fastflow/core/backend'
import { resizeLikePillow } from '@fastflow/proxies'
import { checkImage, type ImageInput, planesOf } from '../state/image-input.ts'
import { checkShareMade } from '../task/option-checks.ts'
import { checkSize } from './check-arguments.ts'
import type { PlanarPicture } from './encode-part.ts'
import type { Size } from './sizes.ts'

/** What Diffusers resizes pictures with. */
const LANCZOS = 'lanczos'

/** A picture handed in as an autoencoder takes it, resized to this size; one with alpha is laid on white. @throws FastFlowError `invalid-argument` naming the argument. */
export function pictureOf(image: ImageInput, size: Size, field = 'image'): PlanarPicture {
  checkSize('size', size)
  checkText('field', field, 'what errors call the picture')
  const { width, height } = size
  const resized = resizeLikePillow(onWhite(checkImage(image, field)), width, height, LANCZOS)
  return { data: planesOf(resized), channels: 3, width, height }
}

/** @throws FastFlowError `invalid-argument` where it is missing beside a picture, or out of (0, 1]. */
export function checkStrength(strength: number | undefined): number {
  if (strength === undefined)
    throw invalidArgument(
      'strength',
      'is missing beside image; pass how much of the picture is made anew, e.g. 0.6',
    )
  return checkShareMade(strength)
}

function onWhite({ width, height, data }: ImageInput): RgbImage {
  const plane = width * height
  if (data.length === 3 * plane) return { width, height, data: Uint8Array.from(data) }
  const rgb = new Uint8Array(3 * plane)
  for (let k = 0; k < plane; k++) {
    const alpha = data[4 * k + 3]! / 255
    for (let c = 0; c < 3; c++) rgb[3 * k + c] = Math.round(data[4 * k + c]! * alpha + 255 * (1 - alpha))
  }
  return { width, height, data: rgb }
}

/**
 * A picture in its own size, at most so many pixels, cut around its middle to whole tokens.
 *
 * @param multiple of pixels that both sides have to be.
 */
export function croppedPicture(image: ImageInput, mostPixels: number, multiple: number): PlanarPicture {
  const rgb = shrunk(onWhite(checkImage(image, 'image')), mostPixels)
  const [width, height] = [rgb.width, rgb.height].map((side) => Math.floor(side / multiple) * multiple) as [
    number,
    number,
  ]
  if (width === 0 || height === 0)
    throw invalidArgument(
      'image',
      `is ${image.width} x ${image.height}; both sides have to be at least ${multiple} pixels`,
    )
  const left = Math.floor((rgb.width - width) / 2)
  const top = Math.floor((rgb.height - height) / 2)
  const data = new Uint8Array(3 * width * height)
  for (let row = 0; row < height; row++) {
    const from = 3 * ((row + top) * rgb.width + left)
    data.set(rgb.data.subarray(from, from + 3 * width), 3 * row * width)
  }
  return { data: planesOf({ width, height, data }), channels: 3, width, height }
}

function shrunk(rgb: RgbImage, mostPixels: number): RgbImage {
  const { width, height } = rgb
  if (width * height <= mostPixels) return rgb
  const factor = Math.sqrt(mostPixels / (width * height))
  return resizeLikePillow(rgb, Math.trunc(width * factor), Math.trunc(height * factor), LANCZOS)
}
