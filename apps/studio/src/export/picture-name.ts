import type { PictureRequest } from '../state/picture-request.ts'
import { fileName } from './download.ts'

/** Name of a file that holds what came of a request, without its ending. */
export function pictureName({ about, subject, settings }: PictureRequest): string {
  return fileName(about.name, subject, settings.seed)
}
