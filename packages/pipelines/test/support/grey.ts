import type { RgbImage } from '@fastflow/core'
import { text } from './text-files.ts'

/** A picture of one level, 0 to 255. */
export function grey(level: number, size: number = text.size): RgbImage {
  return { width: size, height: size, data: new Uint8Array(3 * size * size).fill(level) }
}
