import type { ModelFolder, SchedulerConfig } from '@fastflow/core'
import { readJson, unreadable } from './read-json.ts'

/** What a class-to-image folder says of its model. */
export interface ClassModelConfig {
  readonly name: string
  /** Folder of the velocity network, `unet` or `transformer`. */
  readonly network: string
  readonly channels: number
  readonly size: number
  /** Class names in the order of their ids. */
  readonly labels: readonly string[]
  /** Class id of the unconditional pass; undefined when the model was trained without one. */
  readonly nullClass: number | undefined
  readonly guidanceScale: number
  readonly numSteps: number
  readonly scheduler: SchedulerConfig
}

/** Reads `model_index.json`, `scheduler/scheduler_config.json` and the network's `config.json`. */
export async function readClassModel(
  folder: ModelFolder,
  index: Readonly<Record<string, unknown>>,
): Promise<ClassModelConfig> {
  const network = ['unet', 'transformer'].find((part) => index[part] !== undefined)
  if (network === undefined)
    throw unreadable(folder, 'model_index.json', 'names neither a unet nor a transformer')
  const path = `${network}/config.json`
  const config = await readJson(folder, path)
  const scheduler = (await readJson(folder, 'scheduler/scheduler_config.json')) as SchedulerConfig
  const labels = readLabels(index.id2label ?? config.id2label)
  if (labels === undefined) throw unreadable(folder, path, 'id2label does not name the classes 0, 1, 2, ...')
  const whole = (field: string): number => {
    const value = config[field]
    if (Number.isInteger(value) && (value as number) > 0) return value as number
    throw unreadable(folder, path, `${field} is ${JSON.stringify(value)}, not a positive whole number`)
  }
  const number = (field: string, otherwise: number): number =>
    typeof config[field] === 'number' ? (config[field] as number) : otherwise
  if (config.prediction_type !== undefined && config.prediction_type !== 'velocity') {
    throw unreadable(
      folder,
      path,
      `prediction_type ${JSON.stringify(config.prediction_type)} is not velocity`,
    )
  }
  return {
    name: folder.location.split(/[\\/]/).filter(Boolean).at(-1) ?? folder.location,
    network,
    channels: whole('in_channels'),
    size: whole('sample_size'),
    labels,
    nullClass: typeof config.null_class_id === 'number' ? config.null_class_id : undefined,
    guidanceScale: number('default_guidance_scale', 1),
    numSteps: number('default_num_inference_steps', 50),
    scheduler,
  }
}

function readLabels(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const entries = Object.entries(value)
  const labels = entries.map((_, id) => (value as Record<string, unknown>)[String(id)])
  return labels.length > 0 && labels.every((label) => typeof label === 'string') ? labels : undefined
}
