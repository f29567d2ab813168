import { join } from 'node:path'
import { type FastFlowError, invalidArgument } from '@fastflow/core'
import type { Pipeline, Task } from '@fastflow/pipelines'
import type { Io } from './io.ts'
import { listModels } from './models.ts'
import { readBytes } from './read-text.ts'
import { pictureSizeOf } from './session.ts'

/** `_class_name` of the folders of each task, and the command that runs them. */
const tasks = {
  'class-to-image': { folder: 'ClassToImagePipeline', command: 'generate' },
  'text-to-image': { folder: 'TextToImagePipeline', command: 'generate' },
  'image-editing': { folder: 'ImageEditPipeline', command: 'edit' },
  'text-to-video': { folder: 'TextToVideoPipeline', command: 'video' },
} as const satisfies Record<Task, { readonly folder: string; readonly command: string }>

/** Names of the models of a task, without loading them. */
async function modelsOfTask(io: Io, task: Task): Promise<readonly string[]> {
  const found = await Promise.all(
    [...(await listModels(io))].map(async ([name, folder]) => {
      const index = await readBytes(join(folder, 'model_index.json')).catch(() => Buffer.alloc(0))
      return index.includes(`"${tasks[task].folder}"`) ? [name] : []
    }),
  )
  return found.flat()
}

/** @throws FastFlowError `invalid-argument` for a model of another command, listing those that fit. */
export async function checkTask(
  io: Io,
  pipe: Pipeline,
  command: 'generate' | 'edit' | 'video',
): Promise<void> {
  if (tasks[pipe.task].command === command) return
  // Models that begin at a picture, or change one beside drawing: whether this one does it says itself.
  if (command === 'edit' && pipe.task === 'text-to-image' && pictureSizeOf(pipe) === undefined) return
  throw await wrongTask(io, pipe, command)
}

async function wrongTask(io: Io, pipe: Pipeline, command: string): Promise<FastFlowError> {
  const fitting = (Object.keys(tasks) as Task[]).filter((task) => tasks[task].command === command)
  const names = (await Promise.all(fitting.map((task) => modelsOfTask(io, task)))).flat()
  const available = names.join(', ') || 'none here (set FASTFLOW_MODELS)'
  const other = `run it with "fastflow ${tasks[pipe.task].command}"`
  return invalidArgument(
    '--model',
    `${pipe.model} is a ${pipe.task} model, ${other}; models for ${command}: ${available}`,
  )
}
