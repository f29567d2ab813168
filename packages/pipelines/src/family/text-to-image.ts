import type { ConfigFile, LoadOptions, ModelFolder } from '@fastflow/core'
import type { TaskModel } from '../task/task-model.ts'
import { calibrationPrompts } from '../text/calibration-prompts.ts'
import { loadNetworks } from './load-network.ts'
import { loadTextParts, promptConditions, textCondition, textModel } from './text-parts.ts'

/** Loads a text-to-image folder: images of what a prompt describes. */
export async function loadTextToImage(
  folder: ModelFolder,
  index: ConfigFile,
  options: LoadOptions,
): Promise<TaskModel> {
  return loadNetworks(folder, options, async (load, dispose) => {
    const parts = await loadTextParts(folder, index, load, { frames: false, image: false })
    const model = textModel(parts, 'text-to-image')
    const dims = [parts.channels, parts.side, parts.side]
    return {
      ...model,
      dims: () => dims,
      condition: (subject, flowOptions) => textCondition(parts, model, subject, flowOptions),
      calibrationConditions: async ({ prompts, signal }) =>
        promptConditions(parts, await calibrationPrompts(folder, prompts), signal),
      dispose,
    }
  })
}
