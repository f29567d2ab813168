import { basename } from 'node:path'
import { pathAt } from '../files.ts'
import type { Io } from '../io.ts'
import { readImage } from '../read-image.ts'
import { checkTask } from '../tasks.ts'
import { produce } from './produce.ts'
import type { ProduceOptions } from './produce-options.ts'

export interface EditCommandOptions extends ProduceOptions {
  readonly prompt: string
  /** Path of the picture. */
  readonly image: string
}

/** A picture changed as the prompt says, as PNG files. */
export async function editCommand(io: Io, options: EditCommandOptions): Promise<void> {
  await produce(io, options, async (pipe) => {
    await checkTask(io, pipe, 'edit')
    const image = await readImage(io, options.image, pipe.size, '--image')
    return { subject: options.prompt, image, source: basename(pathAt(io, options.image, '--image')) }
  })
}
