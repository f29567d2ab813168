export { clipNotes, encodeApng, encodeWebp } from './clip.ts'
export { type DecodeOptions, decodeImage } from './decode-image.ts'
export type { Frames, Picture } from './pictures.ts'
export { encodePng } from './png.ts'
