import type { TaskModel } from '../task/task-model.ts'
import { calibrationPrompts } from '../text/calibration-prompts.ts'
import type { Family, FamilySource } from './family.ts'
import { loadNetworks } from './load-network.ts'
import { loadTextParts, promptConditions, textCondition, textModel } from './text-parts.ts'

/** A text-to-image folder: images of what a prompt describes. */
export const textToImage: Family = { classNames: ['TextToImagePipeline'], open }

async function open({ folder, index, options }: FamilySource): Promise<TaskModel> {
  return loadNetworks(folder, options, async (load, dispose) => {
    const parts = await loadTextParts(folder, index, load, { frames: false, image: false })
    const model = textModel(parts, 'text-to-image')
    const size = parts.side * parts.vae.scaleFactor
    const dims = [parts.channels, parts.side, parts.side]
    const shape = { dims, width: size, height: size, numFrames: 1 }
    return {
      ...model,
      options: ['negativePrompt', 'prompts'],
      shape: () => shape,
      condition: (subject, flowOptions) => textCondition(parts, model, subject, flowOptions),
      calibrationConditions: async ({ prompts, signal }) =>
        promptConditions(parts, await calibrationPrompts(folder, prompts), signal),
      dispose,
    }
  })
}
