import { type ConfigFile, type ModelFolder, readConfig } from '@fastflow/core'

/** How latents stand to pixels: `latents = (z - shift) * scaling`, z being what the autoencoder's networks speak. */
export interface VaeConfig {
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

/** Beyond this float32 latents overflow. */
const FACTOR = { least: -1e6, most: 1e6 }

/** Reads `config.json` of `vae_decoder/` or `vae_encoder/`. */
export async function readVae(
  folder: ModelFolder,
  part: 'vae_decoder' | 'vae_encoder',
  channels: number,
): Promise<VaeConfig> {
  const config = await readConfig(folder, `${part}/config.json`)
  const own = config.whole('latent_channels', { least: 1, most: 4096 })
  if (own !== channels)
    throw config.wrong('latent_channels', `where the transformer's in_channels is ${channels}`)
  const scaling = config.number('scaling_factor', { ...FACTOR, otherwise: 1 })
  if (Math.abs(scaling) < 1e-6) throw config.wrong('scaling_factor', 'is not a number other than 0')
  return {
    channels,
    scaleFactor: config.whole('scale_factor', { least: 1, most: 64, otherwise: 8 }),
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
