import { type ConfigFile, type Feeds, invalidArgument, type ModelFolder } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'
import { clipPixels, toRgb } from '../state/pixels.ts'
import { MAX_SIZE } from '../state/sizes.ts'
import type { Condition, TaskModel } from '../task/task-model.ts'
import { type CommonConfig, readCommon } from './common-config.ts'
import type { Family, FamilySource } from './family.ts'
import { loadNetwork } from './load-network.ts'
import { sigmaFlow } from './sigma-flow.ts'

const RGB = 3

/** Pixels span [-1, 1]. */
const PIXEL_RANGE = 2

/** Class names an error lists: enough to see the mistake, short enough for one line. */
const LISTED = 20

/** What a class-to-image folder says of its model. */
interface ClassModelConfig extends CommonConfig {
  /** Shape of one sample: channels, height, width. */
  readonly dims: readonly [number, number, number]
  /** Class names in the order of their ids. */
  readonly labels: readonly string[]
  /** Class id of the unconditional pass; undefined when the model was trained without one. */
  readonly nullClass: number | undefined
}

/** A class-to-image folder: images of named classes from a flow in pixel space. */
export const classToImage: Family = { classNames: ['ClassToImagePipeline'], open }

async function open({ folder, index, options }: FamilySource): Promise<TaskModel> {
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
  const own = {
    name: config.name,
    defaults: { numSteps: config.numSteps, guidanceScale: config.guidanceScale },
    guided: nullClass !== undefined,
  }
  return {
    ...own,
    ...sigmaFlow(config, { runner, state: 'sample' }, own),
    task: 'class-to-image',
    digest: runner.digest,
    labels,
    options: [],
    range: PIXEL_RANGE,
    fps: undefined,
    shape: () => ({ dims, width: size, height: size, numFrames: 1 }),
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

/** Reads what the folder says of its network and its classes. */
async function readClassModel(folder: ModelFolder, index: ConfigFile): Promise<ClassModelConfig> {
  const common = await readCommon(folder, index, [
    ['in_channels', RGB],
    ['out_channels', RGB],
    ['data_range', [-1, 1]],
  ])
  const { file, guidanceScale } = common
  const size = file.whole('sample_size', { least: 1, most: MAX_SIZE })
  const labels = index.has('id2label') ? readLabels(index) : readLabels(file)
  const nullClass = file.has('null_class_id')
    ? file.whole('null_class_id', { least: 0, most: Number.MAX_SAFE_INTEGER })
    : undefined
  if (guidanceScale !== 1 && nullClass === undefined)
    throw file.wrong('default_guidance_scale', 'needs a null_class_id')
  return { ...common, dims: [RGB, size, size], labels, nullClass }
}

function readLabels(config: ConfigFile): readonly string[] {
  const names = config.at('id2label')
  const labels = Object.keys(names.record()).map((_, id) => names.at(String(id)).value)
  if (labels.length > 0 && labels.every((label) => typeof label === 'string')) return labels
  throw names.wrong('does not name the classes "0", "1", "2", ...')
}

/** Id of a class given by name or id. */
function checkLabel({ labels, name }: ClassModelConfig, label: string | number): number {
  const id = typeof label === 'number' ? label : labels.indexOf(label)
  if (Number.isInteger(id) && id >= 0 && id < labels.length) return id
  const more = labels.length > LISTED ? ` and ${labels.length - LISTED} more` : ''
  const available = `${labels.slice(0, LISTED).join(', ')}${more}, or an id from 0 to ${labels.length - 1}`
  throw invalidArgument('class', `${shown(label)} is unknown to ${name}; available: ${available}`)
}
