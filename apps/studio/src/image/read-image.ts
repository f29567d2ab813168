import type { RgbImage } from '@fastflow/core'
import { EngineError } from '../engine/client.ts'

/** More pixels than this are a mistake or an attack on memory. */
const MAX_PIXELS = 25e6

/**
 * The pixels of a picture file, upright, on white.
 *
 * @throws EngineError where the file is no picture the browser can read, or too large.
 */
export async function readImage(file: Blob & { readonly name?: string }): Promise<RgbImage> {
  const name = file.name ?? 'the picture'
  const bitmap = await createImageBitmap(file).catch(() => {
    throw problem(`${name} is not a picture this browser can read; use PNG, JPEG or WebP`)
  })
  try {
    const { width, height } = bitmap
    if (width * height > MAX_PIXELS)
      throw problem(`${name} has ${Math.round((width * height) / 1e6)} megapixels; shrink it to 25 or fewer`)
    const context = new OffscreenCanvas(width, height).getContext('2d')
    if (context === null) throw problem('this browser gives no canvas to draw on; update it')
    context.fillStyle = '#fff'
    context.fillRect(0, 0, width, height)
    context.drawImage(bitmap, 0, 0)
    return { width, height, data: withoutAlpha(context.getImageData(0, 0, width, height).data) }
  } finally {
    bitmap.close()
  }
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3)
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from]!
    rgb[to++] = rgba[from + 1]!
    rgb[to++] = rgba[from + 2]!
  }
  return rgb
}

function problem(message: string): EngineError {
  return new EngineError({ code: 'invalid-argument', field: 'image', message })
}
