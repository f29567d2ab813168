import type { Result } from '../state/state.ts'
import { download } from './download.ts'
import { metadataOf } from './metadata.ts'
import { pictureName } from './picture-name.ts'
import { encodeApng, encodePng } from './png.ts'

/** The picture on the stage as PNG, with what made it inside. */
export async function savePicture(result: Result): Promise<void> {
  const take = result.fast
  if (take === undefined) return
  const bytes = await encodePng(take.image, metadataOf(take, result))
  download(`${pictureName(result.request)}.png`, bytes, 'image/png')
}

/** The clip on the stage as animated PNG. */
export async function saveClip(result: Result): Promise<void> {
  const take = result.fast
  if (take?.clip === undefined) return
  const bytes = await encodeApng(take.clip, metadataOf(take, result))
  download(`${pictureName(result.request)}-clip.png`, bytes, 'image/apng')
}
