import { type ConfigFile, type ModelFolder, readConfig } from '@fastflow/core'
import { checkOneOf, checkText, checkWhole } from '@fastflow/core/backend'
import { checkConfig, checkFolder } from './check-arguments.ts'

/** Layers that halve, beyond which a file is taken for damaged. */
const MOST_BLOCKS = 8

/**
 * Reads the config of an autoencoder, which exporters put beside each of its halves.
 *
 * @param part `vae_decoder` or `vae_encoder`.
 * @param channels of the transformer's states.
 * @throws FastFlowError `model-not-found`, `model-unreadable` for latents of other channels, `invalid-argument`.
 */
export async function readAutoencoder(
  folder: ModelFolder,
  part: 'vae_decoder' | 'vae_encoder',
  channels: number,
  field = 'latent_channels',
): Promise<ConfigFile> {
  checkFolder(folder)
  checkOneOf('part', part, ['vae_decoder', 'vae_encoder'])
  checkWhole('channels', channels, 1)
  checkText('field', field, 'the name of the field, e.g. latent_channels')
  const config = await readConfig(folder, `${part}/config.json`)
  const own = config.whole(field, { least: 1, most: 4096 })
  if (own !== channels) throw config.wrong(field, `where the transformer's states have ${channels} channels`)
  return config
}

/** Pixels on a side of one latent: every block but the last one halves. @throws FastFlowError `model-unreadable`, `invalid-argument`. */
export function scaleOf(config: ConfigFile, field = 'block_out_channels'): number {
  checkConfig(config)
  checkText('field', field, 'the name of the field, e.g. block_out_channels')
  const blocks = config.at(field).items().length
  if (blocks < 1 || blocks > MOST_BLOCKS)
    throw config.wrong(field, `is not a list of 1 to ${MOST_BLOCKS} blocks`)
  return 2 ** (blocks - 1)
}
