import type { ConfigFile } from '@fastflow/core'
import { classToImage } from './class-to-image.ts'
import type { Family } from './family.ts'
import { flux, fluxKontext } from './flux.ts'
import { flux2Klein } from './flux2-klein.ts'
import { imageEditing } from './image-editing.ts'
import { ltx } from './ltx.ts'
import { lumina2 } from './lumina2.ts'
import { qwenImage } from './qwen-image.ts'
import { sana } from './sana.ts'
import { stableDiffusion3 } from './stable-diffusion-3.ts'
import { textToImage } from './text-to-image.ts'
import { textToVideo } from './text-to-video.ts'
import { wan } from './wan.ts'
import { zImage } from './z-image.ts'

/** The families that are known without being told. */
export const families: readonly Family[] = [
  classToImage,
  textToImage,
  imageEditing,
  textToVideo,
  stableDiffusion3,
  flux,
  fluxKontext,
  flux2Klein,
  qwenImage,
  sana,
  lumina2,
  zImage,
  wan,
  ltx,
]

/**
 * The family that reads a folder: one of the caller's, else of those above.
 *
 * @param index `model_index.json`.
 * @throws FastFlowError `unsupported` listing the class names that are known.
 */
export function familyOf(index: ConfigFile, own: readonly Family[]): Family {
  const known = [...own, ...families]
  const found = known.find(({ classNames }) => classNames.includes(index.values._class_name as string))
  if (found !== undefined) return found
  throw index.unsupported('_class_name', known.flatMap(({ classNames }) => classNames).join(', '))
}
