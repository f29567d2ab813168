import { basename } from 'node:path'
import type { Pipeline } from '@fastflow/pipelines'
import { pathAt } from '../files.ts'
import type { Io } from '../io.ts'
import { readImage } from '../read-image.ts'
import { pictureSizeOf } from '../session.ts'
import type { ProduceRequest } from './produce.ts'

/** The picture of `--image`, if there is one, and the name of its file. */
export async function pictureOf(
  io: Io,
  pipe: Pipeline,
  file: string | undefined,
): Promise<Pick<ProduceRequest, 'image' | 'source'>> {
  if (file === undefined) return {}
  const image = await readImage(io, file, pictureSizeOf(pipe), '--image')
  return { image, source: basename(pathAt(io, file, '--image')) }
}
