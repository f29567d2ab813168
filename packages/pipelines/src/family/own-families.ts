import { classToImage } from './class-to-image.ts'
import type { Family } from './family.ts'
import { imageEditing } from './image-editing.ts'
import { textToImage } from './text-to-image.ts'
import { textToVideo } from './text-to-video.ts'

/** The kinds of models that this project trains itself. */
export const ownFamilies: readonly Family[] = [classToImage, textToImage, imageEditing, textToVideo]
