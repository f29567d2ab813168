import { decoderStates } from './decoder-only.ts'
import type { EncodeOptions, EncoderPart, MaskedPrompt } from './encoder-part.ts'
import { int64Row } from './float-tensor.ts'
import { joinChannels } from './join.ts'
import { readingOf } from './reading.ts'
import { sequenceLength } from './sequence-length.ts'
import { qwen3Chat } from './templates.ts'

/** Hidden states that are joined, one behind the other, into the vector of a token. */
const LAYERS = [9, 18, 27]

export interface Flux2KleinOptions extends EncodeOptions {
  /** Hidden states to join; by default those of the pipeline, 9, 18 and 27. */
  readonly layers?: readonly number[] | undefined
}

/**
 * Encodes prompts, negative ones too, as `Flux2KleinPipeline`: three hidden states of Qwen 3, padding included.
 * `maxSequenceLength` is 512 by default.
 *
 * Cost: a pass a prompt.
 *
 * @throws FastFlowError as `runEncoder`; `invalid-argument`.
 */
export async function encodeFlux2Klein(
  qwen3: EncoderPart,
  prompts: readonly string[],
  { layers = LAYERS, maxSequenceLength, signal }: Flux2KleinOptions = {},
): Promise<readonly MaskedPrompt[]> {
  const length = sequenceLength(maxSequenceLength, 512)
  const encoded: MaskedPrompt[] = []
  for (const prompt of prompts) {
    const reading = readingOf(qwen3, qwen3Chat(prompt, { thinking: false }), length)
    const states = await decoderStates(qwen3, reading, layers, signal)
    encoded.push({
      embeddings: joinChannels(states),
      mask: int64Row(reading.tokens.mask),
      readings: [reading],
    })
  }
  return encoded
}
