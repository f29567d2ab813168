import { decoderStates } from './decoder-only.ts'
import type { EncodeOptions, EncoderPart, MaskedPrompt } from './encoder-part.ts'
import { int64Row } from './float-tensor.ts'
import { pickTokens } from './join.ts'
import { positionsOf, readingOf, shortened } from './reading.ts'
import { sequenceLength } from './sequence-length.ts'
import { qwen3Chat } from './templates.ts'

/**
 * Encodes prompts, negative ones too, as `ZImagePipeline`: what Qwen 3 makes before its last layer, as many tokens as the
 * text has. `maxSequenceLength` is 512 by default.
 *
 * Cost: a pass a prompt.
 *
 * @throws FastFlowError as `runEncoder`; `invalid-argument`.
 */
export async function encodeZImage(
  qwen3: EncoderPart,
  prompts: readonly string[],
  { maxSequenceLength, signal }: EncodeOptions = {},
): Promise<readonly MaskedPrompt[]> {
  const length = sequenceLength(maxSequenceLength, 512)
  const encoded: MaskedPrompt[] = []
  for (const prompt of prompts) {
    const reading = readingOf(qwen3, qwen3Chat(prompt, { thinking: true }), length)
    const run = shortened(qwen3, reading)
    const [states] = await decoderStates(qwen3, run, [-2], signal)
    const kept = positionsOf(run)
    encoded.push({
      embeddings: pickTokens(states!, kept),
      mask: int64Row(kept.map(() => 1)),
      readings: [reading],
    })
  }
  return encoded
}
