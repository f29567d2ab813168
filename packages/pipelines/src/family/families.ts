import type { Family } from './family.ts'
import { flux, fluxKontext } from './flux.ts'
import { flux2Klein } from './flux2-klein.ts'
import { ltx } from './ltx.ts'
import { lumina2 } from './lumina2.ts'
import { ownFamilies } from './own-families.ts'
import { qwenImage } from './qwen-image.ts'
import { sana } from './sana.ts'
import { stableDiffusion3 } from './stable-diffusion-3.ts'
import { wan } from './wan.ts'
import { zImage } from './z-image.ts'

/** The families that are known without being told. */
export const families: readonly Family[] = [
  ...ownFamilies,
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
