import type { ImageInput } from '@fastflow/pipelines'
import { EngineError } from '../engine/client.ts'

/** More pixels than this are a mistake or an attack on memory. */
const MAX_PIXELS = 25e6

/**
 * A picture file as the model takes it: the whole picture, centred on white in a square of `size` pixels.
 *
 * @throws EngineError where the file is no picture the browser can read, or too large.
 */
export async function readImage(file: Blob & { readonly name?: string }, size: number): Promise<ImageInput> {
  const name = file.name ?? 'the picture'
  const bitmap = await createImageBitmap(file).catch(() => {
    throw problem(`${name} is not a picture this browser can read; use PNG, JPEG or WebP`)
  })
  try {
    const { width, height } = bitmap
    if (width * height > MAX_PIXELS)
      throw problem(`${name} has ${Math.round((width * height) / 1e6)} megapixels; shrink it to 25 or fewer`)
    const context = new OffscreenCanvas(size, size).getContext('2d')
    if (context === null) throw problem('this browser gives no canvas to draw on; update it')
    const scale = size / Math.max(width, height)
    context.fillStyle = '#fff'
    context.fillRect(0, 0, size, size)
    context.imageSmoothingQuality = 'high'
    const [w, h] = [width * scale, height * scale]
    context.drawImage(bitmap, (size - w) / 2, (size - h) / 2, w, h)
    return context.getImageData(0, 0, size, size)
  } finally {
    bitmap.close()
  }
}

function problem(message: string): EngineError {
  return new EngineError({ code: 'invalid-argument', field: 'image', message })
}
