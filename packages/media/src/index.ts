export { clipNotes, encodeApng, encodeWebp } from './clip.ts'
export type { Frames, Picture } from './pictures.ts'
export { encodePng } from './png.ts'
export { readImage } from './read-image.ts'
