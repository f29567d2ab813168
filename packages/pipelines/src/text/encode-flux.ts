import { clipPooled } from './clip.ts'
import type { EncodeOptions, EncoderSource, PooledPrompt } from './encoder-part.ts'
import { eachPrompt, readingOf } from './reading.ts'
import { sequenceLength } from './sequence-length.ts'
import { t5Texts } from './t5.ts'

export interface FluxEncoders {
  readonly clip: EncoderSource
  readonly t5: EncoderSource
}

/**
 * Encodes prompts, negative ones too, as `FluxPipeline` and `FluxKontextPipeline`: what CLIP says of the whole, T5's tokens.
 * `maxSequenceLength` are tokens of T5, 512 by default and at most.
 *
 * Cost: a pass of each encoder a prompt, of all prompts before the next encoder is used: one of them has to be in memory.
 *
 * @throws FastFlowError as `runEncoder`; `invalid-argument`.
 */
export async function encodeFlux(
  { clip, t5 }: FluxEncoders,
  prompts: readonly string[],
  { maxSequenceLength, signal }: EncodeOptions = {},
): Promise<readonly PooledPrompt[]> {
  const length = sequenceLength(maxSequenceLength, 512, 512)
  const wholes = await clip.use(
    (part) =>
      eachPrompt(prompts, async (prompt) => {
        const reading = readingOf(part, prompt, part.tokenizer.maxLength)
        return { reading, pooled: await clipPooled(part, reading, signal) }
      }),
    signal,
  )
  const texts = await t5.use((part) => t5Texts(part, prompts, length, signal), signal)
  return texts.map(({ reading, states }, n) => ({
    embeddings: states,
    pooled: wholes[n]!.pooled,
    readings: [wholes[n]!.reading, reading],
  }))
}
