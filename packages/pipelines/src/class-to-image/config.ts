import { FastFlowError, type ModelFolder, type SchedulerConfig, scheduleFromConfig } from '@fastflow/core'
import { type ConfigFile, readConfig } from '../folder.ts'
import { isRecord } from '../json.ts'
import { MAX_GUIDANCE, MAX_STEPS } from './limits.ts'

/** What a class-to-image folder says of its model. */
export interface ClassModelConfig {
  readonly name: string
  /** Folder of the velocity network, `unet` or `transformer`. */
  readonly network: string
  /** Shape of one sample: channels, height, width. */
  readonly dims: readonly [number, number, number]
  /** Class names in the order of their ids. */
  readonly labels: readonly string[]
  /** Class id of the unconditional pass; undefined when the model was trained without one. */
  readonly nullClass: number | undefined
  readonly guidanceScale: number
  readonly numSteps: number
  readonly scheduler: SchedulerConfig
}

/** Pixels on a side above this are taken for a mistake in the file. */
const MAX_SIZE = 4096
const RGB = 3

/** Reads the network's `config.json` and `scheduler/scheduler_config.json`, both named by `index`. */
export async function readClassModel(folder: ModelFolder, index: ConfigFile): Promise<ClassModelConfig> {
  const network = ['unet', 'transformer'].find((part) => index.has(part))
  if (network === undefined)
    throw index.wrong('unet', 'and no transformer either: there is no network to run')
  const config = await readConfig(folder, `${network}/config.json`)
  checkConventions(config)
  const size = config.whole('sample_size', { least: 1, most: MAX_SIZE })
  const labels = index.has('id2label') ? readLabels(index) : readLabels(config)
  const nullClass = config.has('null_class_id')
    ? config.whole('null_class_id', { least: 0, most: Number.MAX_SAFE_INTEGER })
    : undefined
  const numSteps = config.whole('default_num_inference_steps', { least: 1, most: MAX_STEPS, otherwise: 50 })
  return {
    name: folder.location.split(/[\\/]/).filter(Boolean).at(-1) ?? folder.location,
    network,
    dims: [RGB, size, size],
    labels,
    nullClass,
    guidanceScale: readGuidance(config, nullClass),
    numSteps,
    scheduler: await readScheduler(folder, numSteps),
  }
}

/** What the network is assumed to mean by its numbers; a file that says otherwise is refused, not misread. */
function checkConventions(config: ConfigFile): void {
  const expected: readonly (readonly [string, unknown])[] = [
    ['in_channels', RGB],
    ['out_channels', RGB],
    ['prediction_type', 'velocity'],
    ['timestep_type', 'sigma'],
    ['timestep_range', [0, 1]],
    ['data_range', [-1, 1]],
  ]
  for (const [field, value] of expected) {
    const wanted = JSON.stringify(value)
    if (config.has(field) && JSON.stringify(config.values[field]) !== wanted)
      throw config.unsupported(field, wanted)
  }
}

function readLabels(config: ConfigFile): readonly string[] {
  const names = config.values.id2label
  const count = isRecord(names) ? Object.keys(names).length : 0
  const labels = Array.from({ length: count }, (_, id) => (isRecord(names) ? names[id] : undefined))
  if (count > 0 && labels.every((label) => typeof label === 'string')) return labels
  throw config.wrong('id2label', 'does not name the classes "0", "1", "2", ...')
}

function readGuidance(config: ConfigFile, nullClass: number | undefined): number {
  const field = 'default_guidance_scale'
  const scale = config.has(field) ? config.values[field] : 1
  if (typeof scale !== 'number' || !(scale >= 0 && scale <= MAX_GUIDANCE))
    throw config.wrong(field, `is not a number from 0 to ${MAX_GUIDANCE}`)
  if (scale !== 1 && nullClass === undefined) throw config.wrong(field, 'needs a null_class_id')
  return scale
}

async function readScheduler(folder: ModelFolder, numSteps: number): Promise<SchedulerConfig> {
  const file = await readConfig(folder, 'scheduler/scheduler_config.json')
  if (file.values.use_dynamic_shifting) throw file.unsupported('use_dynamic_shifting', 'false')
  try {
    // Every field is optional, and what they hold is checked where a schedule is made of them: here, once.
    scheduleFromConfig(file.values as SchedulerConfig, numSteps)
    return file.values as SchedulerConfig
  } catch (cause) {
    if (!FastFlowError.isInstance(cause)) throw cause
    throw new FastFlowError({
      code: cause.code === 'unsupported' ? 'unsupported' : 'model-unreadable',
      field: cause.field,
      message: `${folder.location}/scheduler/scheduler_config.json: ${cause.message}`,
      cause,
    })
  }
}
