import { checkOptions, type OptionNames } from '../check/options.ts'
import { checkPositive } from '../check/values.ts'
import { FastFlowError, invalidArgument } from '../errors.ts'
import { brief } from '../json/brief.ts'
import { JsonField } from '../json/field.ts'
import type { JsonSource } from '../json/json.ts'
import { checkNumSteps, createSchedule, type Schedule } from './schedule.ts'
import { shiftSigma } from './shifted.ts'

/** What is read of a Diffusers `scheduler_config.json`; unknown fields are ignored, unsupported ones refused. */
export interface SchedulerConfig {
  readonly _class_name?: string
  readonly num_train_timesteps?: number
  readonly shift?: number
  readonly use_dynamic_shifting?: boolean
  readonly base_shift?: number | null
  readonly max_shift?: number | null
  readonly base_image_seq_len?: number | null
  readonly max_image_seq_len?: number | null
  readonly time_shift_type?: 'exponential' | 'linear'
  readonly shift_terminal?: number | null
  readonly invert_sigmas?: boolean
  readonly stochastic_sampling?: boolean
  readonly use_karras_sigmas?: boolean | null
  readonly use_exponential_sigmas?: boolean | null
  readonly use_beta_sigmas?: boolean | null
}

export interface FromConfigOptions {
  /** Number of latent tokens; needed where the config shifts dynamically. */
  readonly imageSeqLen?: number
}

const names: OptionNames<FromConfigOptions> = { imageSeqLen: true }

const refused = [
  'use_karras_sigmas',
  'use_exponential_sigmas',
  'use_beta_sigmas',
  'invert_sigmas',
  'stochastic_sampling',
] as const

/**
 * The grid of a `FlowMatchEulerDiscreteScheduler` config, T from 1 to 100,000: `1, ..., 1/T` shifted, then 0.
 *
 * This is what Diffusers' pipelines of FLUX and its relatives run: they pass `sigmas = linspace(1, 1/T, T)`.
 * Called without `sigmas`, the scheduler spaces timesteps between its own end points instead (Stable Diffusion 3);
 * pass such a grid to {@link createSchedule}. Dynamic shifting follows the pipelines: `mu` is linear in the number
 * of latent tokens, and the shift is `e^mu` (`exponential`) or `mu` (`linear`).
 *
 * @throws FastFlowError `unsupported` for another scheduler class or a field with no equivalent here,
 *   `invalid-argument` for a number of steps out of range, and when dynamic shifting lacks `imageSeqLen`.
 */
export function scheduleFromConfig(
  config: SchedulerConfig,
  numSteps: number,
  options: FromConfigOptions = {},
): Schedule {
  const steps = checkNumSteps(numSteps)
  checkOptions('options', options, names)
  if (options.imageSeqLen !== undefined) checkPositive('imageSeqLen', options.imageSeqLen)
  const file = new JsonField(config, source, source.name)
  checkSupported(file)
  const dynamic = isOn(file.at('use_dynamic_shifting'))
  const shift = dynamic ? dynamicShift(file, options.imageSeqLen) : numberOf(file, 'shift', 1)
  if (!(shift > 0 && shift < Infinity))
    throw file.at('shift').wrong(`comes to ${shift}, not to a positive number`)
  const sigmas = Array.from({ length: steps }, (_, k) => shiftSigma(1 - k / steps, shift))
  const terminal = numberOf(file, 'shift_terminal', 0)
  if (!(terminal >= 0 && terminal < 1)) throw file.at('shift_terminal').wrong('is not a sigma in [0, 1)')
  const stretched = terminal === 0 ? sigmas : stretchToTerminal(sigmas, terminal)
  return createSchedule(`flow-match-euler(${steps}, shift ${Number(shift.toFixed(6))})`, [...stretched, 0])
}

const source: JsonSource = {
  code: 'invalid-argument',
  name: 'scheduler_config',
  fix: 'correct it, or pass a schedule of your own',
}

function unsupported(field: string, message: string): FastFlowError {
  return new FastFlowError({ code: 'unsupported', field, message: `${field}: ${message}` })
}

/** A switch; like Diffusers, off where it is missing or null. */
function isOn(field: JsonField): boolean {
  return !field.empty && field.flag()
}

/** A name as people write it. */
function named(value: unknown): string {
  return typeof value === 'string' && /^\w{1,60}$/.test(value) ? value : brief(value)
}

function numberOf(file: JsonField, name: string, otherwise: number): number {
  return file.at(name).empty ? otherwise : file.at(name).number()
}

function checkSupported(file: JsonField): void {
  const { value: name = 'FlowMatchEulerDiscreteScheduler' } = file.at('_class_name')
  if (name !== 'FlowMatchEulerDiscreteScheduler') {
    throw unsupported(
      'scheduler_config._class_name',
      `${named(name)} is not a flow-matching scheduler this version reads; available: FlowMatchEulerDiscreteScheduler`,
    )
  }
  for (const field of refused) {
    if (isOn(file.at(field)))
      throw unsupported(`scheduler_config.${field}`, 'not supported; pass your own grid as a schedule')
  }
}

function dynamicShift(file: JsonField, imageSeqLen: number | undefined): number {
  if (imageSeqLen === undefined) {
    throw invalidArgument(
      'imageSeqLen',
      'the scheduler shifts dynamically, the number of latent tokens is needed',
    )
  }
  const base = numberOf(file, 'base_shift', 0.5)
  const max = numberOf(file, 'max_shift', 1.15)
  const from = numberOf(file, 'base_image_seq_len', 256)
  const to = numberOf(file, 'max_image_seq_len', 4096)
  const mu = base + ((max - base) / (to - from)) * (imageSeqLen - from)
  const { value: type = 'exponential' } = file.at('time_shift_type')
  if (type !== 'linear' && type !== 'exponential') {
    const message = `${named(type)} is unknown; available: exponential, linear`
    throw unsupported('scheduler_config.time_shift_type', message)
  }
  return type === 'linear' ? mu : Math.exp(mu)
}

/** Moves the last nonzero sigma to `terminal`, keeping the first: `1 - (1 - sigma) (1 - terminal) / (1 - sigma_last)`. */
function stretchToTerminal(sigmas: readonly number[], terminal: number): readonly number[] {
  const last = sigmas.at(-1)!
  if (last === 1) return sigmas
  const scale = (1 - terminal) / (1 - last)
  return sigmas.map((sigma) => 1 - (1 - sigma) * scale)
}
