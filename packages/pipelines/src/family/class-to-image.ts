import type { ConfigFile, Feeds, LoadOptions, ModelFolder } from '@fastflow/core'
import { clipPixels, toRgb } from '../state/pixels.ts'
import type { Condition, TaskModel } from '../task/task-model.ts'
import { checkLabel } from './check-label.ts'
import { readClassModel } from './class-config.ts'
import { loadNetwork } from './load-network.ts'

/** Pixels span [-1, 1]. */
const PIXEL_RANGE = 2

/** Loads a class-to-image folder: images of named classes from a flow in pixel space. */
export async function loadClassToImage(
  folder: ModelFolder,
  index: ConfigFile,
  options: LoadOptions,
): Promise<TaskModel> {
  const config = await readClassModel(folder, index)
  const { dims, labels, nullClass } = config
  const size = dims[2]
  const runner = await loadNetwork(folder, `${config.network}/model.onnx`, options, {
    inputs: [
      { name: 'sample', type: 'float32', dims: ['batch', ...dims] },
      { name: 'timestep', type: 'float32', dims: ['batch'] },
      { name: 'class_labels', type: 'int64', dims: ['batch'] },
    ],
    output: { name: 'velocity', dims: ['batch', ...dims] },
    sizes: `sample_size in ${config.network}/config.json`,
  })
  const conditionOf = (id: number): Condition => ({
    caption: labels[id]!,
    notes: [],
    feeds: classFeeds(id),
    unconditional: nullClass === undefined ? undefined : classFeeds(nullClass),
  })
  return {
    task: 'class-to-image',
    name: config.name,
    digest: runner.digest,
    labels,
    defaults: { numSteps: config.numSteps, guidanceScale: config.guidanceScale },
    scheduler: config.scheduler,
    network: { runner, state: 'sample' },
    guided: nullClass !== undefined,
    range: PIXEL_RANGE,
    fps: undefined,
    size,
    dims: () => dims,
    condition: async (subject) => conditionOf(checkLabel(config, subject)),
    calibrationConditions: async () => labels.map((_, id) => conditionOf(id)),
    decode: clipPixels,
    decodeResident: undefined,
    preview: (x) => toRgb(clipPixels(x), size),
    dispose: () => runner.dispose(),
  }
}

function classFeeds(id: number): Feeds {
  return { class_labels: { type: 'int64', dims: [1], data: BigInt64Array.of(BigInt(id)) } }
}
