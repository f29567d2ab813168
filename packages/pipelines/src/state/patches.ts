import { checkWhole } from '@fastflow/core/backend'
import { checkFloats, checkPlane } from './check-latents.ts'

/** Height and width of latents. */
export interface Plane {
  readonly height: number
  readonly width: number
}

/**
 * Tokens of 2 x 2 latents, [height / 2 * width / 2, 4 channels], of latents [channels, height, width]: a token's numbers go by
 * channel, row, column.
 *
 * @param plane of even sides.
 * @throws FastFlowError `invalid-argument` naming the argument.
 */
export function packPatches(latents: Float32Array, plane: Plane): Float32Array {
  checkPatched('latents', latents, plane)
  const out = new Float32Array(latents.length)
  eachPatch(latents.length, plane, (packed, planar) => {
    out[packed] = latents[planar]!
  })
  return out
}

/** Latents [channels, height, width] of tokens that {@link packPatches} made. @throws FastFlowError `invalid-argument` naming the argument. */
export function unpackPatches(tokens: Float32Array, plane: Plane): Float32Array {
  checkPatched('tokens', tokens, plane)
  const out = new Float32Array(tokens.length)
  eachPatch(tokens.length, plane, (packed, planar) => {
    out[planar] = tokens[packed]!
  })
  return out
}

function checkPatched(field: string, values: Float32Array, plane: Plane): void {
  checkPlane(plane, 2)
  checkFloats(field, values, plane.height * plane.width)
}

function eachPatch(
  size: number,
  { height, width }: Plane,
  visit: (packed: number, planar: number) => void,
): void {
  const channels = size / (height * width)
  let packed = 0
  for (let top = 0; top < height; top += 2)
    for (let left = 0; left < width; left += 2)
      for (let channel = 0; channel < channels; channel++)
        for (let row = top; row < top + 2; row++)
          for (let column = left; column < left + 2; column++)
            visit(packed++, (channel * height + row) * width + column)
}

/** Tokens [positions, channels] of latents [channels, ...positions]: one a latent. @throws FastFlowError `invalid-argument` naming the argument. */
export function packTokens(latents: Float32Array, channels: number): Float32Array {
  checkFloats('latents', latents, checkWhole('channels', channels, 1))
  return transposed(latents, channels, latents.length / channels)
}

/** Latents [channels, ...positions] of tokens that {@link packTokens} made. @throws FastFlowError `invalid-argument` naming the argument. */
export function unpackTokens(tokens: Float32Array, channels: number): Float32Array {
  checkFloats('tokens', tokens, checkWhole('channels', channels, 1))
  return transposed(tokens, tokens.length / channels, channels)
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = values[row * columns + column]!
  return out
}
