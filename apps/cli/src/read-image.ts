import { readRegularFile } from '@fastflow/backend-node'
import { invalidArgument, type RgbImage } from '@fastflow/core'
import { decodeImage } from '@fastflow/media'
import { pathAt } from './files.ts'
import type { Io } from './io.ts'
import { whyUnread } from './read-text.ts'

/** More than any picture within the limits of {@link decodeImage} takes. */
const MAX_BYTES = 256 * 2 ** 20

/**
 * Reads a PNG, JPEG or WebP picture, lays it on white and fits it into a square of `size` pixels; without a size it stays
 * as large as it is.
 *
 * @param option the option that named the file, for errors.
 * @throws FastFlowError `invalid-argument` for a file that is missing or over 256 MiB, and as {@link decodeImage} does.
 */
export async function readImage(
  io: Io,
  path: string,
  size: number | undefined,
  option: string,
): Promise<RgbImage> {
  const bytes = await readRegularFile(pathAt(io, path, option), MAX_BYTES).catch((cause) => {
    const reason = `cannot be read (${whyUnread(cause)}); give the path of a PNG, JPEG or WebP file`
    throw invalidArgument(option, `${path} ${reason}`)
  })
  return decodeImage(bytes, { ...(size !== undefined && { size }), name: path, field: option })
}
