import { encodePng, encodeWebp } from '@fastflow/media'
import type { Clip, ImageInput } from '@fastflow/pipelines'
import type { Media } from '@fastflow/report'

/** An image as a page holds it. */
export async function imageMedia(image: ImageInput): Promise<Media> {
  const { width, height } = image
  return { type: 'image/png', width, height, base64: await base64Png(image) }
}

/** A clip as a page holds it: animated, with its middle frame for those who want no motion. */
export async function clipMedia(clip: Clip): Promise<Media> {
  const still = clip.frames[clip.frames.length >> 1]!
  const { width, height } = still
  const base64 = base64Of(await encodeWebp(clip))
  return { type: 'image/webp', width, height, base64, still: await base64Png(still) }
}

async function base64Png(image: ImageInput): Promise<string> {
  return base64Of(await encodePng(image))
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
