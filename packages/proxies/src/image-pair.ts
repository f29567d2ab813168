import { invalidArgument, isRecord, type RgbImage } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'

function checkSide(field: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw invalidArgument(field, `must be a whole number of pixels from 1, got ${shown(value)}`)
  }
}

/** @throws FastFlowError `invalid-argument` naming the field. */
export function checkImage(name: string, image: RgbImage): void {
  if (!isRecord(image))
    throw invalidArgument(name, `${shown(image)} is not an image; pass { width, height, data }`)
  const { width, height, data } = image
  checkSide(`${name}.width`, width)
  checkSide(`${name}.height`, height)
  // The tag rather than `instanceof`, which fails across realms (workers, iframes, test runners).
  if (data?.[Symbol.toStringTag] !== 'Uint8Array') {
    throw invalidArgument(
      `${name}.data`,
      'must be a Uint8Array; scale floats to 0..255, view other byte arrays',
    )
  }
  const expected = 3 * width * height
  if (data.length !== expected) {
    throw invalidArgument(
      `${name}.data`,
      `holds ${data.length} bytes, ${width} x ${height} RGB needs ${expected}; three bytes a pixel, no alpha`,
    )
  }
}

/**
 * Refuses images that are empty, whose data do not fit their size, or whose sizes differ.
 *
 * @throws FastFlowError `invalid-argument` naming the field.
 */
export function checkPair(image: RgbImage, reference: RgbImage): void {
  checkImage('image', image)
  checkImage('reference', reference)
  for (const side of ['width', 'height'] as const) {
    if (image[side] !== reference[side]) {
      throw invalidArgument(
        `reference.${side}`,
        `is ${reference[side]}, the image's is ${image[side]}; resize one of them to the other's size`,
      )
    }
  }
}
