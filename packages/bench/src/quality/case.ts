import type { RgbImage } from '@fastflow/core'
import type { ImageInput } from '@fastflow/pipelines'

/** Something to generate, and what is known of the right answer. */
export interface Case {
  readonly subject: string | number
  /** The picture to edit. */
  readonly image?: ImageInput
  /** What the result should look like. */
  readonly target?: RgbImage | undefined
  /** What the result should show, in words, where the subject does not say it (an instruction, a motion). */
  readonly caption?: string | undefined
}
