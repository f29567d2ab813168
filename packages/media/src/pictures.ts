import { invalidArgument } from '@fastflow/core'
import { checkWhole, shown } from '@fastflow/core/backend'

/** A picture of 8 bits a channel: three channels a pixel, or four with transparency, row by row. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}

/** Pictures of one size, one after the other. */
export interface Frames {
  readonly frames: readonly Picture[]
  /** Frames a second. */
  readonly fps: number
}

/** How sharp is told of the pixels of a picture. */
export interface Raw {
  readonly width: number
  readonly height: number
  readonly channels: 3 | 4
}

/** Pixels on a side; what a PNG file could hold besides takes more memory than there is. */
const MOST = 2 ** 16

/**
 * @param most pixels on a side that the format holds.
 * @throws FastFlowError `invalid-argument` naming the part of the picture.
 */
export function rawOf(field: string, picture: Picture, most: number = MOST): Raw {
  if (typeof picture !== 'object' || picture === null)
    throw invalidArgument(field, `${shown(picture)} is no picture; pass { width, height, data }`)
  const { data } = picture
  const width = checkWhole(`${field}.width`, picture.width, 1, most)
  const height = checkWhole(`${field}.height`, picture.height, 1, most)
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray))
    throw invalidArgument(`${field}.data`, `${shown(data)} is not bytes; pass a Uint8Array of the pixels`)
  const pixels = width * height
  if (data.length === 3 * pixels) return { width, height, channels: 3 }
  if (data.length === 4 * pixels) return { width, height, channels: 4 }
  const wanted = `${3 * pixels}, or ${4 * pixels} with transparency`
  throw invalidArgument(
    `${field}.data`,
    `has ${data.length} bytes; ${width} x ${height} pixels take ${wanted}`,
  )
}

/** Bytes of their own, whatever memory a library has them in. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}
