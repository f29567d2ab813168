import { decoderStates } from './decoder-only.ts'
import type { EncodeOptions, EncoderPart, MaskedPrompt } from './encoder-part.ts'
import { int64Row } from './float-tensor.ts'
import { readingOf } from './reading.ts'
import { sequenceLength } from './sequence-length.ts'
import { lumina2Prompt } from './templates.ts'

export interface Lumina2Options extends EncodeOptions {
  /** Negative prompts go without a system prompt. */
  readonly negative?: boolean
  /** By default the pipeline's. */
  readonly systemPrompt?: string | undefined
}

/**
 * Encodes prompts as `Lumina2Pipeline`: what Gemma 2 makes before its last layer, padding included. `maxSequenceLength` is
 * 256 by default, 512 at most. The tokenizer pads on the right.
 *
 * Cost: a pass a prompt.
 *
 * @throws FastFlowError as `runEncoder`; `invalid-argument`.
 */
export async function encodeLumina2(
  gemma: EncoderPart,
  prompts: readonly string[],
  { negative = false, systemPrompt, maxSequenceLength, signal }: Lumina2Options = {},
): Promise<readonly MaskedPrompt[]> {
  const length = sequenceLength(maxSequenceLength, 256, 512)
  const encoded: MaskedPrompt[] = []
  for (const prompt of prompts) {
    const reading = readingOf(gemma, negative ? prompt : lumina2Prompt(prompt, systemPrompt), length)
    const [embeddings] = await decoderStates(gemma, reading, [-2], signal)
    encoded.push({
      embeddings: embeddings!,
      mask: int64Row(reading.tokens.mask),
      readings: [reading],
    })
  }
  return encoded
}
