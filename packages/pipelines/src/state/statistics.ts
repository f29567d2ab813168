import type { ConfigFile } from '@fastflow/core'
import { checkMethods, checkNumber, checkText, checkWhole } from '@fastflow/core/backend'
import { checkFloats, checkStatistics } from './check-latents.ts'

/** How a model's states stand to what its autoencoder speaks: `state = (z - shift) * scaling`, a channel or all alike. */
export interface LatentStatistics {
  /** One number, or one a channel. */
  readonly shift: readonly number[]
  readonly scaling: readonly number[]
}

/** Beyond this float32 latents overflow. */
const FACTOR = { least: -1e6, most: 1e6 }

const CONFIG = 'what readConfig returned'

/** `scaling_factor` and `shift_factor` of an autoencoder's config. @throws FastFlowError `model-unreadable`, `invalid-argument`. */
export function readScaling(config: ConfigFile, otherwise = 1): LatentStatistics {
  checkMethods('config', config, ['number', 'wrong'], CONFIG)
  checkNumber('otherwise', otherwise, -Infinity)
  const scaling = config.number('scaling_factor', { ...FACTOR, otherwise })
  if (Math.abs(scaling) < 1e-6) throw config.wrong('scaling_factor', 'is not a number other than 0')
  return { scaling: [scaling], shift: [config.number('shift_factor', { ...FACTOR, otherwise: 0 })] }
}

/**
 * `latents_mean` and `latents_std` of an autoencoder's config, and beside them `scaling_factor`.
 *
 * @param required what to say where they are missing; else they are 0 and 1.
 * @throws FastFlowError `model-unreadable`, `invalid-argument`.
 */
export function readChannelStatistics(
  config: ConfigFile,
  channels: number,
  required: string,
): LatentStatistics {
  checkMethods('config', config, ['at', 'has', 'number', 'wrong'], CONFIG)
  checkWhole('channels', channels, 1)
  checkText('required', required, 'what to say where they are missing')
  for (const field of ['latents_mean', 'latents_std'])
    if (!config.has(field)) throw config.wrong(field, `is missing; ${required}`)
  const numbers = { ...FACTOR, length: channels }
  const factor = config.number('scaling_factor', { ...FACTOR, otherwise: 1 })
  const std = config.at('latents_std').numbers(numbers)
  if (std.some((value) => Math.abs(value) < 1e-6)) throw config.wrong('latents_std', 'holds 0')
  return {
    shift: config.at('latents_mean').numbers(numbers),
    scaling: std.map((value) => factor / value),
  }
}

/** What the decoder is fed: `state / scaling + shift`, of latents [channels, ...]. @throws FastFlowError `invalid-argument` naming the argument. */
export function toDecoder(state: Float32Array, statistics: LatentStatistics): Float32Array {
  checkStatistics(statistics)
  const { scaling, shift } = statistics
  checkFloats('state', state, scaling.length)
  return each(state, scaling.length, (value, channel) => value / scaling[channel]! + shift[channel]!)
}

/** A state of what the encoder gives: `(z - shift) * scaling`, of latents [channels, ...]. @throws FastFlowError `invalid-argument` naming the argument. */
export function fromEncoder(latents: Float32Array, statistics: LatentStatistics): Float32Array {
  checkStatistics(statistics)
  const { scaling, shift } = statistics
  checkFloats('latents', latents, scaling.length)
  return each(latents, scaling.length, (value, channel) => (value - shift[channel]!) * scaling[channel]!)
}

function each(
  values: Float32Array,
  channels: number,
  change: (value: number, channel: number) => number,
): Float32Array {
  const plane = values.length / channels
  return values.map((value, k) => change(value, Math.floor(k / plane)))
}
