import { type ConfigFile, invalidArgument } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'
import { MAX_FPS } from '../task/limits.ts'
import type { TaskModel } from '../task/task-model.ts'
import { calibrationPrompts } from '../text/calibration-prompts.ts'
import type { Family, FamilySource } from './family.ts'
import { loadNetworks } from './load-network.ts'
import { loadTextParts, promptConditions, textCondition, textModel } from './text-parts.ts'

/** Clips a model can make. */
interface ClipLimits {
  readonly least: number
  readonly most: number
  readonly otherwise: number
}

const MAX_FRAMES = 4096

/** A text-to-video folder: clips of what a prompt describes. */
export const textToVideo: Family = { classNames: ['TextToVideoPipeline'], open }

async function open({ folder, index, options }: FamilySource): Promise<TaskModel> {
  return loadNetworks(folder, options, async (load, dispose) => {
    const parts = await loadTextParts(folder, index, load, { frames: true, image: false })
    const { file, name } = parts.config
    const limits = readLimits(file)
    const model = textModel(parts, 'text-to-video')
    return {
      ...model,
      defaults: { ...model.defaults, numFrames: limits.otherwise },
      // Frames are a network's batch and an axis of the state: they change places in ordinary memory.
      decodeResident: undefined,
      fps: file.whole('frames_per_second', { least: 1, most: MAX_FPS, otherwise: 8 }),
      options: ['negativePrompt', 'prompts', 'numFrames'],
      shape(settings) {
        const size = parts.side * parts.vae.scaleFactor
        const numFrames = checkFrames(name, limits, settings.numFrames)
        return {
          dims: [parts.channels, numFrames, parts.side, parts.side],
          width: size,
          height: size,
          numFrames,
        }
      },
      condition: (subject, flowOptions) => textCondition(parts, model, subject, flowOptions),
      calibrationConditions: async ({ prompts, signal }) =>
        promptConditions(parts, await calibrationPrompts(folder, prompts), signal),
      dispose,
    }
  })
}

function readLimits(file: ConfigFile): ClipLimits {
  const least = file.whole('min_num_frames', { least: 1, most: MAX_FRAMES, otherwise: 1 })
  const most = file.whole('max_num_frames', { least, most: MAX_FRAMES, otherwise: MAX_FRAMES })
  return { least, most, otherwise: file.whole('default_num_frames', { least, most }) }
}

function checkFrames(name: string, { least, most, otherwise }: ClipLimits, numFrames = otherwise): number {
  if (Number.isInteger(numFrames) && numFrames >= least && numFrames <= most) return numFrames
  throw invalidArgument(
    'numFrames',
    `${shown(numFrames)} is not a whole number from ${least} to ${most}, which is what ${name} can make`,
  )
}
