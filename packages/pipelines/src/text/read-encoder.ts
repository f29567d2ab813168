import { type ConfigFile, isRecord, type ModelFolder, readConfig } from '@fastflow/core'
import { readTokenizer, type TextTokenizer } from '@fastflow/proxies'
import { fixText } from './clean/fix-text.ts'
import type { EncoderNetwork, EncoderPart } from './encoder-part.ts'

/** Tokens of CLIP's text model. */
const CLIP_LENGTH = 77
/** More than any prompt is given; `transformers` writes 1e30 for "not set". */
const MOST = 4096

export interface PaddingOptions {
  /** The side that padding goes to, where a pipeline does not leave that to `tokenizer_config.json`. */
  readonly paddingSide?: 'left' | 'right'
}

/**
 * An encoder that was loaded from the folder `name`, e.g. `text_encoder_2`, with what belongs to it: the tokenizer in
 * `tokenizer_2`, and the number of its layers.
 *
 * @throws FastFlowError as {@link readTextTokenizer}.
 */
export async function readEncoderPart(
  folder: ModelFolder,
  name: string,
  network: EncoderNetwork,
  options: PaddingOptions = {},
): Promise<EncoderPart> {
  const tokenizer = await readTextTokenizer(folder, name.replace('text_encoder', 'tokenizer'), options)
  return { name, network, tokenizer, numLayers: await readNumLayers(folder, name) }
}

/**
 * Reads the tokenizer in a folder's `directory`, e.g. `tokenizer_2`: `tokenizer.json`, else `vocab.json` and `merges.txt`.
 * Its `maxLength` is `model_max_length` of `tokenizer_config.json`, 4096 at most, and 77 of CLIP's where that is not set.
 *
 * @throws FastFlowError `model-not-found` naming the files it looked for, `model-unreadable`.
 */
export function readTextTokenizer(
  folder: ModelFolder,
  directory: string,
  options: PaddingOptions = {},
): Promise<TextTokenizer> {
  return readTokenizer(folder, {
    ...options,
    path: `${directory}/tokenizer.json`,
    lengthOf,
    fixText,
  })
}

function lengthOf({ values }: ConfigFile): number {
  const { model_max_length: stated, tokenizer_class: kind } = values
  const otherwise = typeof kind === 'string' && kind.startsWith('CLIP') ? CLIP_LENGTH : MOST
  const usable = typeof stated === 'number' && Number.isInteger(stated) && stated >= 2
  return usable && stated <= 1e9 ? Math.min(stated, MOST) : otherwise
}

/**
 * Layers of the encoder in `directory`, as its `config.json` says; undefined where that file or the number is missing.
 *
 * @throws FastFlowError `model-unreadable` for a damaged file.
 */
export async function readNumLayers(folder: ModelFolder, directory: string): Promise<number | undefined> {
  const path = `${directory}/config.json`
  if (!(await folder.has(path))) return undefined
  const { values } = await readConfig(folder, path)
  const text = isRecord(values.text_config) ? values.text_config : values
  const layers = text.num_hidden_layers
  return typeof layers === 'number' && Number.isInteger(layers) && layers > 0 ? layers : undefined
}
