import { exifOf, type Metadata } from './metadata.ts'
import { type Picture, plainBytes, rawOf } from './pictures.ts'

/**
 * A PNG file, without loss and the same for the same picture.
 *
 * @param metadata goes into its EXIF block as JSON (ImageDescription), which common tools read.
 * @throws FastFlowError `invalid-argument` naming the part of the picture.
 */
export async function encodePng(image: Picture, metadata?: Metadata): Promise<Uint8Array> {
  return plainBytes(await pngOf('image', image, metadata))
}

/** The same as Node has it. @param field what the picture is called in errors. */
export async function pngOf(field: string, image: Picture, metadata?: Metadata): Promise<Buffer> {
  const raw = rawOf(field, image)
  const exif = exifOf(metadata)
  // Loaded here: sharp brings a native library that programs without images should not wait for.
  const { default: sharp } = await import('sharp')
  const picture = sharp(image.data, { raw }).png({ compressionLevel: 9 })
  return (exif === undefined ? picture : picture.withExif(exif)).toBuffer()
}
