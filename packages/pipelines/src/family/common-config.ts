import {
  type ConfigFile,
  FastFlowError,
  type ModelFolder,
  readConfig,
  type SchedulerConfig,
  sameJson,
  scheduleFromConfig,
} from '@fastflow/core'
import { MAX_GUIDANCE, MAX_STEPS } from '../task/limits.ts'

/** What every folder says of its velocity network. */
export interface CommonConfig {
  readonly name: string
  /** Folder of the velocity network, `unet` or `transformer`. */
  readonly network: string
  /** The network's `config.json`. */
  readonly file: ConfigFile
  readonly numSteps: number
  readonly guidanceScale: number
  readonly scheduler: SchedulerConfig
}

/** What the network is assumed to mean by its numbers; a file that says otherwise is refused, not misread. */
const conventions: readonly (readonly [string, unknown])[] = [
  ['prediction_type', 'velocity'],
  ['timestep_type', 'sigma'],
  ['timestep_range', [0, 1]],
]

/**
 * Reads the network's `config.json` and `scheduler/scheduler_config.json`, both named by `index`.
 *
 * @param expected more fields whose values are taken for granted.
 */
export async function readCommon(
  folder: ModelFolder,
  index: ConfigFile,
  expected: readonly (readonly [string, unknown])[] = [],
): Promise<CommonConfig> {
  const network = ['unet', 'transformer'].find((part) => index.has(part))
  if (network === undefined)
    throw index.wrong('unet', 'and no transformer either: there is no network to run')
  const file = await readConfig(folder, `${network}/config.json`)
  for (const [field, value] of [...conventions, ...expected]) {
    if (file.has(field) && !sameJson(file.values[field], value))
      throw file.unsupported(field, JSON.stringify(value))
  }
  const numSteps = file.whole('default_num_inference_steps', { least: 1, most: MAX_STEPS, otherwise: 50 })
  return {
    name: folder.location.split(/[\\/]/).filter(Boolean).at(-1) ?? folder.location,
    network,
    file,
    numSteps,
    guidanceScale: file.number('default_guidance_scale', { least: 0, most: MAX_GUIDANCE, otherwise: 1 }),
    scheduler: await readScheduler(folder, numSteps),
  }
}

async function readScheduler(folder: ModelFolder, numSteps: number): Promise<SchedulerConfig> {
  // Diffusers writes configurations by Python's json, which has words for numbers that JSON has not.
  const file = await readConfig(folder, 'scheduler/scheduler_config.json', { words: true })
  if (file.values.use_dynamic_shifting === true) throw file.unsupported('use_dynamic_shifting', 'false')
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
