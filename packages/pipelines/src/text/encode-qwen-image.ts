import { decoderStates } from './decoder-only.ts'
import type { EncodeOptions, EncoderPart, MaskedPrompt } from './encoder-part.ts'
import { int64Row } from './float-tensor.ts'
import { pickTokens } from './join.ts'
import { readingOf, withoutPadding } from './reading.ts'
import { sequenceLength } from './sequence-length.ts'
import { QWEN_IMAGE_DROPPED, qwenImagePrompt } from './templates.ts'

/** Tokens of a prompt that the encoder is given, however few of them are kept. */
const MOST = 1024

/**
 * Encodes prompts, negative ones too, as `QwenImagePipeline`: a template of which the 34 tokens before the prompt are
 * dropped, as many tokens as the text has. `maxSequenceLength` is 512 by default, 1024 at most.
 *
 * Cost: a pass a prompt.
 *
 * @throws FastFlowError as `runEncoder`; `invalid-argument`.
 */
export async function encodeQwenImage(
  qwen: EncoderPart,
  prompts: readonly string[],
  { maxSequenceLength, signal }: EncodeOptions = {},
): Promise<readonly MaskedPrompt[]> {
  const length = sequenceLength(maxSequenceLength, 512, MOST)
  const encoded: MaskedPrompt[] = []
  for (const prompt of prompts) {
    const reading = withoutPadding(readingOf(qwen, qwenImagePrompt(prompt), MOST + QWEN_IMAGE_DROPPED))
    const [states] = await decoderStates(qwen, reading, [-1], signal)
    const rest = Math.min(reading.tokens.ids.length - QWEN_IMAGE_DROPPED, length)
    const kept = Array.from({ length: rest }, (_, k) => QWEN_IMAGE_DROPPED + k)
    encoded.push({
      embeddings: pickTokens(states!, kept),
      mask: int64Row(kept.map(() => 1)),
      readings: [{ ...reading, maxLength: QWEN_IMAGE_DROPPED + length }],
    })
  }
  return encoded
}
