import { invalidArgument } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'
import type { Io } from '../io.ts'
import { checkTask } from '../tasks.ts'
import { pictureOf } from './picture.ts'
import { produce } from './produce.ts'
import type { ProduceOptions } from './produce-options.ts'

export interface GenerateCommandOptions extends ProduceOptions {
  readonly class?: string
  readonly prompt?: string
  /** Path of a picture. */
  readonly image?: string
}

/** Images of a class or a prompt as PNG files, with what each cost. */
export async function generateCommand(io: Io, options: GenerateCommandOptions): Promise<void> {
  await produce(io, options, async (pipe) => {
    await checkTask(io, pipe, 'generate')
    return { subject: subjectOf(pipe, options), ...(await pictureOf(io, pipe, options.image)) }
  })
}

function subjectOf(pipe: Pipeline, options: GenerateCommandOptions): string | number {
  const { class: label, prompt, negativePrompt } = options
  if (pipe.task === 'class-to-image') {
    const shown = `one of ${pipe.labels.slice(0, 20).join(', ')}`
    for (const [option, value] of [
      ['--prompt', prompt],
      ['--negative-prompt', negativePrompt],
    ]) {
      if (value !== undefined)
        throw invalidArgument(option!, `${pipe.model} draws classes; give --class ${shown}`)
    }
    if (label === undefined) throw invalidArgument('--class', `is missing; give ${shown}`)
    return /^\d+$/.test(label) ? Number(label) : label
  }
  if (label !== undefined)
    throw invalidArgument(
      '--class',
      `${pipe.model} draws what a prompt describes; give --prompt "${label}" instead`,
    )
  if (prompt === undefined) throw invalidArgument('--prompt', 'is missing; say what to draw')
  return prompt
}
