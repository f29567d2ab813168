import { cleanPrompt } from './clean/prompt.ts'
import type { EncodeOptions, EncoderPart, MaskedPrompt } from './encoder-part.ts'
import { int64Row } from './float-tensor.ts'
import { zeroPadding } from './join.ts'
import { positionsOf, readingOf, shortened } from './reading.ts'
import { sequenceLength } from './sequence-length.ts'
import { umt5States } from './t5.ts'

/**
 * Encodes prompts, negative ones too, as `WanPipeline`: cleaned, read by umT5, zeros in place of padding.
 * `maxSequenceLength` is 512 by default.
 *
 * Cost: a pass a prompt.
 *
 * @throws FastFlowError as `runEncoder`; `invalid-argument`.
 */
export async function encodeWan(
  umt5: EncoderPart,
  prompts: readonly string[],
  { maxSequenceLength, signal }: EncodeOptions = {},
): Promise<readonly MaskedPrompt[]> {
  const length = sequenceLength(maxSequenceLength, 512)
  const encoded: MaskedPrompt[] = []
  for (const prompt of prompts) {
    const reading = readingOf(umt5, cleanPrompt(prompt), length)
    const states = await umt5States(umt5, shortened(umt5, reading), signal)
    const count = positionsOf(reading).length
    encoded.push({
      embeddings: zeroPadding(states, count, length),
      mask: int64Row(reading.tokens.mask),
      readings: [reading],
    })
  }
  return encoded
}
