import { invalidArgument, type RgbImage } from '@fastflow/core'
import { checkText } from '@fastflow/core/backend'
import { resizeLikePillow } from '@fastflow/proxies'
import { checkImage, type ImageInput, planesOf } from '../state/image-input.ts'
import { checkShareMade } from '../task/option-checks.ts'
import { checkSize } from './check-arguments.ts'
import type { PlanarPicture } from './encode-part.ts'
import type { Size } from './sizes.ts'

/** Pillow's number for Lanczos, which Diffusers resizes pictures with. */
const LANCZOS = 1

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
  const cut = (side: number): number => Math.max(multiple, Math.floor(side / multiple) * multiple)
  const [width, height] = [cut(rgb.width), cut(rgb.height)]
  const wider = width / height > rgb.width / rgb.height
  const covering = {
    width: wider ? width : Math.floor((rgb.width * height) / rgb.height),
    height: wider ? Math.floor((rgb.height * width) / rgb.width) : height,
  }
  const resized = resizeLikePillow(rgb, covering.width, covering.height, LANCZOS)
  const left = Math.floor(covering.width / 2) - Math.floor(width / 2)
  const top = Math.floor(covering.height / 2) - Math.floor(height / 2)
  const data = new Uint8Array(3 * width * height)
  for (let row = 0; row < height; row++) {
    const from = 3 * ((row + top) * covering.width + left)
    data.set(resized.data.subarray(from, from + 3 * width), 3 * row * width)
  }
  return { data: planesOf({ width, height, data }), channels: 3, width, height }
}

function shrunk(rgb: RgbImage, mostPixels: number): RgbImage {
  const { width, height } = rgb
  if (width * height <= mostPixels) return rgb
  const factor = Math.sqrt(mostPixels / (width * height))
  return resizeLikePillow(rgb, Math.trunc(width * factor), Math.trunc(height * factor), LANCZOS)
}
