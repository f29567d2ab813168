import type { Io } from '../io.ts'
import { checkTask } from '../tasks.ts'
import { pictureOf } from './picture.ts'
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
    return { subject: options.prompt, ...(await pictureOf(io, pipe, options.image)) }
  })
}
