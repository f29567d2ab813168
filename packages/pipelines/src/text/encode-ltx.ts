import type { EncodeOptions, EncoderPart, MaskedPrompt } from './encoder-part.ts'
import { int64Row } from './float-tensor.ts'
import { readingOf } from './reading.ts'
import { sequenceLength } from './sequence-length.ts'
import { t5States } from './t5.ts'

/**
 * Encodes prompts, negative ones too, as `LTXPipeline`: what T5 makes of all tokens, padding included. `maxSequenceLength` is 128
 * by default.
 *
 * Cost: a pass a prompt.
 *
 * @throws FastFlowError as `runEncoder`; `invalid-argument`.
 */
export async function encodeLtx(
  t5: EncoderPart,
  prompts: readonly string[],
  { maxSequenceLength, signal }: EncodeOptions = {},
): Promise<readonly MaskedPrompt[]> {
  const length = sequenceLength(maxSequenceLength, 128)
  const encoded: MaskedPrompt[] = []
  for (const prompt of prompts) {
    const reading = readingOf(t5, prompt, length)
    encoded.push({
      embeddings: await t5States(t5, reading, signal),
      mask: int64Row(reading.tokens.mask),
      readings: [reading],
    })
  }
  return encoded
}
