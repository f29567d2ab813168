import type { ConfigFile, ModelFolder } from '@fastflow/core'
import { MAX_SIZE } from '../state/sizes.ts'
import { type CommonConfig, readCommon } from './common-config.ts'

/** What a class-to-image folder says of its model. */
export interface ClassModelConfig extends CommonConfig {
  /** Shape of one sample: channels, height, width. */
  readonly dims: readonly [number, number, number]
  /** Class names in the order of their ids. */
  readonly labels: readonly string[]
  /** Class id of the unconditional pass; undefined when the model was trained without one. */
  readonly nullClass: number | undefined
}

const RGB = 3

/** Reads what the folder says of its network and its classes. */
export async function readClassModel(folder: ModelFolder, index: ConfigFile): Promise<ClassModelConfig> {
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
