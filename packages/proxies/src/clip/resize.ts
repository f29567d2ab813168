import { invalidArgument, type RgbImage } from '@fastflow/core'
import { checkOneOf, shown } from '@fastflow/core/backend'
import { checkImage } from '../image-pair.ts'

/** Resampling filters: by Pillow's numbers, which image processor configurations use, 2 is bilinear and 3 bicubic. */
export type Resample = 2 | 3 | 'lanczos'

interface Filter {
  /** Half its width, in pixels of the smaller of both images. */
  readonly support: number
  weight(x: number): number
}

const FILTERS: Readonly<Record<Resample, Filter>> = {
  lanczos: { support: 3, weight: lanczos },
  2: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  3: { support: 2, weight: cubic },
}

/** Weights are fixed-point numbers of 22 fractional bits, as in Pillow: 32, less 8 of a pixel and 2 to spare. */
const PRECISION = 2 ** 22
const MAX_SIDE = 65_535

/**
 * Resizes as Pillow's `Image.resize` does, to the last bit: the reference of CLIP's preprocessing.
 *
 * Separable, the filter widened by the scale when shrinking (antialiased); weights rounded to 22 fractional bits, each
 * pass rounded to bytes. Bicubic has a = -0.5. A side that keeps its length is not touched. The pass that comes first is
 * that of Pillow 13; earlier versions always begin across, which changes some bytes of tall images by a few levels.
 *
 * @throws FastFlowError `invalid-argument` for a size that is not a whole number of pixels from 1 to 65,535.
 */
export function resizeLikePillow(
  image: RgbImage,
  width: number,
  height: number,
  resample: Resample = 3,
): RgbImage {
  checkImage('image', image)
  checkOneOf('resample', resample, [2, 3, 'lanczos'])
  for (const [field, side] of Object.entries({ width, height })) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_SIDE) {
      throw invalidArgument(
        field,
        `must be a whole number of pixels from 1 to ${MAX_SIDE}, got ${shown(side)}`,
      )
    }
  }
  const across = (picture: RgbImage): RgbImage =>
    width === picture.width ? picture : resizeRows(picture, width, resample)
  const down = (picture: RgbImage): RgbImage =>
    height === picture.height ? picture : resizeColumns(picture, height, resample)
  return downFirst(image, width, height) ? across(down(image)) : down(across(image))
}

/** Pillow 13 takes the vertical pass first where that drops many rows. */
function downFirst(image: RgbImage, width: number, height: number): boolean {
  return height < image.height && image.height - height > 2 * (image.width - width)
}

function resizeRows(image: RgbImage, width: number, resample: Resample): RgbImage {
  const taps = tapsOf(image.width, width, resample)
  const { height } = image
  const data = new Uint8Array(3 * width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const { first, weights } = taps[x]!
      const from = 3 * (y * image.width + first)
      for (let c = 0; c < 3; c++) data[3 * (y * width + x) + c] = weigh(image.data, from + c, 3, weights)
    }
  }
  return { width, height, data }
}

function resizeColumns(image: RgbImage, height: number, resample: Resample): RgbImage {
  const taps = tapsOf(image.height, height, resample)
  const stride = 3 * image.width
  const data = new Uint8Array(stride * height)
  for (let y = 0; y < height; y++) {
    const { first, weights } = taps[y]!
    for (let i = 0; i < stride; i++) {
      data[y * stride + i] = weigh(image.data, first * stride + i, stride, weights)
    }
  }
  return { width: image.width, height, data }
}

/** Where an output pixel begins to read, and its weights in units of `1 / PRECISION`. */
interface Taps {
  readonly first: number
  readonly weights: Float64Array
}

function tapsOf(from: number, to: number, resample: Resample): readonly Taps[] {
  const filter = FILTERS[resample]
  const scale = from / to
  const widening = Math.max(1, scale)
  const support = filter.support * widening
  return Array.from({ length: to }, (_, position) => {
    const centre = (position + 0.5) * scale
    const first = Math.max(0, Math.trunc(centre - support + 0.5))
    const end = Math.min(from, Math.trunc(centre + support + 0.5))
    const raw = Float64Array.from({ length: end - first }, (_, k) =>
      filter.weight((k + first - centre + 0.5) * (1 / widening)),
    )
    const total = raw.reduce((sum, weight) => sum + weight, 0)
    return { first, weights: raw.map((weight) => roundAway((weight / total) * PRECISION)) }
  })
}

/** To the nearest whole number, halves away from zero. */
function roundAway(value: number): number {
  return value < 0 ? Math.trunc(value - 0.5) : Math.trunc(value + 0.5)
}

function weigh(data: Uint8Array, from: number, stride: number, weights: Float64Array): number {
  let sum = PRECISION / 2
  for (let k = 0; k < weights.length; k++) sum += data[from + k * stride]! * weights[k]!
  return Math.min(255, Math.max(0, Math.floor(sum / PRECISION)))
}

function lanczos(x: number): number {
  return Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

function cubic(x: number): number {
  const a = -0.5
  const d = Math.abs(x)
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0
}
