import type { Io } from '../io.ts'
import { checkTask } from '../tasks.ts'
import { produce } from './produce.ts'
import type { ProduceOptions } from './produce-options.ts'

export interface VideoCommandOptions extends ProduceOptions {
  readonly prompt: string
}

/** Clips of what the prompt says, each as animated WebP and as animated PNG. */
export async function videoCommand(io: Io, options: VideoCommandOptions): Promise<void> {
  await produce(io, options, async (pipe) => {
    await checkTask(io, pipe, 'video')
    return { subject: options.prompt }
  })
}
