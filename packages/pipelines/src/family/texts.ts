import { FastFlowError, readConfig } from '@fastflow/core'
import { checkOneOf, checkOptions, checkText } from '@fastflow/core/backend'
import type { EncoderSource, Reading } from '../text/encoder-part.ts'
import { promptNotes } from '../text/prompt.ts'
import { readNumLayers, readTextTokenizer } from '../text/read-encoder.ts'
import { checkItems, checkObject, checkSource } from './check-arguments.ts'
import type { FamilySource } from './family.ts'
import type { Part } from './parts.ts'

/** A text encoder of a folder. */
export interface TextPart extends EncoderSource {
  readonly part: Part
  readonly tokenizer: string
}

/**
 * The text encoder `name` and its tokenizer.
 *
 * @throws FastFlowError `model-not-found`, `model-unreadable` naming the file, `invalid-argument`.
 */
export async function openText(
  source: FamilySource,
  name: string,
  options: Parameters<typeof readTextTokenizer>[2] = {},
): Promise<TextPart> {
  checkSource(source)
  checkText('name', name, 'the folder of the encoder, e.g. text_encoder')
  checkOptions('options', options, { paddingSide: true })
  if (options.paddingSide !== undefined) checkOneOf('paddingSide', options.paddingSide, ['left', 'right'])
  const { folder, index, parts } = source
  const tokenizerName = name.replace('text_encoder', 'tokenizer')
  await checkTokenizer(folder, index, tokenizerName)
  const tokenizer = await readTextTokenizer(folder, tokenizerName, options)
  const numLayers = await readNumLayers(folder, name)
  const part = await parts.open(name)
  return {
    part,
    tokenizer: tokenizerName,
    use: (work, signal) => part.use((network) => work({ name, network, tokenizer, numLayers }), signal),
  }
}

/** Beginnings of the names of tokenizers that cannot stand for each other. */
const kinds = ['CLIP', 'T5', 'Gemma', 'Qwen2', 'Llama']

/** @throws FastFlowError `model-mismatch` where a tokenizer is of another kind than `model_index.json` says, as when two changed places. */
async function checkTokenizer(
  folder: FamilySource['folder'],
  index: FamilySource['index'],
  name: string,
): Promise<void> {
  const { [name]: entry } = index.values
  const path = `${name}/tokenizer_config.json`
  // What is missing is told of where it is read.
  if (!(await folder.has(path))) return
  const { tokenizer_class: found } = (await readConfig(folder, path)).values
  const wanted = Array.isArray(entry) ? entry[1] : undefined
  const kindOf = (value: unknown): string | undefined =>
    typeof value === 'string' ? kinds.find((kind) => value.startsWith(kind)) : undefined
  const [own, other] = [kindOf(wanted), kindOf(found)]
  if (own === undefined || other === undefined || own === other) return
  const message = `${folder.location}/${path} is of a ${found} where model_index.json has ${wanted}; put each tokenizer back into its own folder`
  throw new FastFlowError({ code: 'model-mismatch', field: path, message })
}

/** What the user should know of how a prompt was read; each thing once, however many encoders say it. @throws FastFlowError `invalid-argument` naming the argument. */
export function readingNotes(readings: readonly Reading[]): readonly string[] {
  checkItems('readings', readings)
  for (const [n, reading] of readings.entries()) {
    checkObject(`readings[${n}]`, reading, 'what an encoder read')
    checkObject(`readings[${n}].tokens`, reading.tokens, 'what a tokenizer returned')
    checkItems(`readings[${n}].tokens.unknown`, reading.tokens.unknown)
  }
  const notes = readings.flatMap(({ tokens, maxLength }) => promptNotes('prompt', tokens, { maxLength }))
  return [...new Set(notes)]
}
