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

/** Beyond this float32 latents overflow. */
const FACTOR = { least: -1e6, most: 1e6 }

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
  const scaling = config.number('scaling_factor', { ...FACTOR, otherwise: 1 })
  if (Math.abs(scaling) < 1e-6) throw config.wrong('scaling_factor', 'is not a number other than 0')
  return {
    file: config,
    channels,
    scaleFactor,
    scaling,
    shift: config.number('shift_factor', { ...FACTOR, otherwise: 0 }),
    rgb: config.has('latent_rgb_factors') ? readRgb(config, channels) : undefined,
  }
}

function readRgb(config: ConfigFile, channels: number): VaeConfig['rgb'] {
  const rgb = { ...FACTOR, length: 3 }
  const bias = config.at('latent_rgb_factors_bias')
  return {
    factors: config
      .at('latent_rgb_factors')
      .items(channels)
      .map((factor) => factor.numbers(rgb)),
    bias: bias.empty ? [0, 0, 0] : bias.numbers(rgb),
  }
}
