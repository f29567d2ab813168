import type { Picture } from './pictures.ts'

/** PNG bytes; `metadata` goes into the EXIF block as JSON (ImageDescription), readable by common tools. */
export async function encodePng(
  image: Picture,
  metadata?: Readonly<Record<string, unknown>>,
): Promise<Buffer> {
  // Loaded here: sharp brings a native library that commands without images should not wait for.
  const { default: sharp } = await import('sharp')
  const { width, height, data } = image
  const channels = data.length === 4 * width * height ? 4 : 3
  const picture = sharp(data, { raw: { width, height, channels } }).png({ compressionLevel: 9 })
  if (metadata === undefined) return picture.toBuffer()
  return picture.withExif(exifOf(metadata)).toBuffer()
}

/** An EXIF block that holds `metadata` as JSON. */
export function exifOf(metadata: Readonly<Record<string, unknown>>): {
  IFD0: { Software: string; ImageDescription: string }
} {
  return { IFD0: { Software: 'FastFlow', ImageDescription: asciiJson(metadata) } }
}

// EXIF strings are ASCII.
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
