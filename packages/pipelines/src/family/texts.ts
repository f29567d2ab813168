import type { EncoderSource, Reading } from '../text/encoder-part.ts'
import { promptNotes } from '../text/prompt.ts'
import { readNumLayers, readTextTokenizer } from '../text/read-encoder.ts'
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
 * @throws FastFlowError `model-not-found`, `model-unreadable` naming the file.
 */
export async function openText(
  { folder, parts }: FamilySource,
  name: string,
  options: Parameters<typeof readTextTokenizer>[2] = {},
): Promise<TextPart> {
  const tokenizerName = name.replace('text_encoder', 'tokenizer')
  const tokenizer = await readTextTokenizer(folder, tokenizerName, options)
  const numLayers = await readNumLayers(folder, name)
  const part = await parts.open(name)
  return {
    part,
    tokenizer: tokenizerName,
    use: (work, signal) => part.use((network) => work({ name, network, tokenizer, numLayers }), signal),
  }
}

/** What the user should know of how a prompt was read; each thing once, however many encoders say it. */
export function readingNotes(readings: readonly Reading[]): readonly string[] {
  const notes = readings.flatMap(({ tokens, maxLength }) => promptNotes('prompt', tokens, { maxLength }))
  return [...new Set(notes)]
}
