import { clipPooled } from './clip.ts'
import type { EncodeOptions, EncoderPart, PooledPrompt } from './encoder-part.ts'
import { readingOf } from './reading.ts'
import { sequenceLength } from './sequence-length.ts'
import { t5States } from './t5.ts'

export interface FluxEncoders {
  readonly clip: EncoderPart
  readonly t5: EncoderPart
}

/**
 * Encodes prompts, negative ones too, as `FluxPipeline` and `FluxKontextPipeline`: what CLIP says of the whole, T5's tokens.
 * `maxSequenceLength` are tokens of T5, 512 by default and at most.
 *
 * Cost: a pass of each encoder a prompt.
 *
 * @throws FastFlowError as `runEncoder`; `invalid-argument`.
 */
export async function encodeFlux(
  { clip, t5 }: FluxEncoders,
  prompts: readonly string[],
  { maxSequenceLength, signal }: EncodeOptions = {},
): Promise<readonly PooledPrompt[]> {
  const length = sequenceLength(maxSequenceLength, 512, 512)
  const encoded: PooledPrompt[] = []
  for (const prompt of prompts) {
    const whole = readingOf(clip, prompt, clip.tokenizer.maxLength)
    const text = readingOf(t5, prompt, length)
    const pooled = await clipPooled(clip, whole, signal)
    encoded.push({ embeddings: await t5States(t5, text, signal), pooled, readings: [whole, text] })
  }
  return encoded
}
