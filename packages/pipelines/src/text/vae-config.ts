import { type ConfigFile, type ModelFolder, readConfig } from '@fastflow/core'

/** How latents stand to pixels: `latents = (z - shift) * scaling`, z being what the autoencoder's networks speak. */
export interface VaeConfig {
  /** The file this was read from, for errors. */
  readonly file: ConfigFile
  readonly channels: number
  /** Pixels on a side of one latent. */
  readonly scaleFactor: number
  readonly scaling: number
  readonly shift: number
  /** `rgb = latents . factors + bias` in [-1, 1], about; undefined where the model does not say. */
  readonly rgb:
    | { readonly factors: readonly (readonly number[])[]; readonly bias: readonly number[] }
    | undefined
}

/** Pixels on a side above this are taken for a mistake in the file. */
const MAX_PIXELS = 16_384

/** Statistics of each channel that other pipelines apply; passing over them would give pictures of the wrong colours. */
const STATISTICS = ['latents_mean', 'latents_std']

/**
 * Reads `config.json` of `vae_decoder/` or `vae_encoder/`.
 *
 * @param channels of the transformer's states.
 * @param side latents on a side.
 */
export async function readVae(
  folder: ModelFolder,
  part: 'vae_decoder' | 'vae_encoder',
  channels: number,
  side: number,
): Promise<VaeConfig> {
  const config = await readConfig(folder, `${part}/config.json`)
  const own = config.whole('latent_channels', { least: 1, most: 4096 })
  if (own !== channels)
    throw config.wrong('latent_channels', `where the transformer's in_channels is ${channels}`)
  for (const field of STATISTICS) if (config.has(field)) throw config.unsupported(field, 'null')
  const scaleFactor = config.whole('scale_factor', { least: 1, most: 64, otherwise: 8 })
  if (side * scaleFactor > MAX_PIXELS)
    throw config.wrong(
      'scale_factor',
      `makes ${side * scaleFactor} pixels of ${side} latents a side, over ${MAX_PIXELS}`,
    )
  const scaling = numberOf(config, 'scaling_factor', 1)
  if (scaling === 0) throw config.wrong('scaling_factor', 'is not a number other than 0')
  return {
    file: config,
    channels,
    scaleFactor,
    scaling,
    shift: numberOf(config, 'shift_factor', 0),
    rgb: config.has('latent_rgb_factors') ? readRgb(config, channels) : undefined,
  }
}

function readRgb(config: ConfigFile, channels: number): VaeConfig['rgb'] {
  const factors = config.values.latent_rgb_factors
  const bias = config.values.latent_rgb_factors_bias ?? [0, 0, 0]
  if (!Array.isArray(factors) || factors.length !== channels || !factors.every(isRgb))
    throw config.wrong(
      'latent_rgb_factors',
      `is not a list of three numbers for each of ${channels} channels`,
    )
  if (!isRgb(bias)) throw config.wrong('latent_rgb_factors_bias', 'is not a list of three numbers')
  return { factors, bias }
}

function isRgb(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length === 3 && value.every((one) => Number.isFinite(one))
}

function numberOf(config: ConfigFile, field: string, otherwise: number): number {
  const value = config.has(field) ? config.values[field] : otherwise
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw config.wrong(field, 'is not a number')
}
