import { lowerPrompt } from './clean/prompt.ts'
import { decoderStates } from './decoder-only.ts'
import type { EncodeOptions, EncoderPart, MaskedPrompt } from './encoder-part.ts'
import { int64Row } from './float-tensor.ts'
import { pickTokens } from './join.ts'
import { readingOf } from './reading.ts'
import { sequenceLength } from './sequence-length.ts'
import { SANA_INSTRUCTION } from './templates.ts'

export interface SanaOptions extends EncodeOptions {
  /** Negative prompts go without an instruction. */
  readonly negative?: boolean
  /** Lines that stand before a prompt; by default the pipeline's. */
  readonly complexHumanInstruction?: readonly string[] | undefined
}

/**
 * Encodes prompts as `SanaPipeline`: in lower case, behind an instruction of which only the first token is kept.
 * `maxSequenceLength` is 300 by default. The tokenizer pads on the right.
 *
 * Cost: a pass a prompt.
 *
 * @throws FastFlowError as `runEncoder`; `invalid-argument`.
 */
export async function encodeSana(
  gemma: EncoderPart,
  prompts: readonly string[],
  options: SanaOptions = {},
): Promise<readonly MaskedPrompt[]> {
  const { negative = false, complexHumanInstruction = SANA_INSTRUCTION, signal } = options
  const length = sequenceLength(options.maxSequenceLength, 300)
  const instruction = negative ? '' : complexHumanInstruction.join('\n')
  // As the pipeline counts: tokens that begin and end a text are taken off once more than they are there.
  const before = instruction === '' ? 0 : gemma.tokenizer.tokenize(instruction).length - 2
  const kept = Array.from({ length }, (_, k) => (k === 0 ? 0 : before + k))
  const encoded: MaskedPrompt[] = []
  for (const prompt of prompts) {
    const reading = readingOf(gemma, instruction + lowerPrompt(prompt), before + length)
    const [states] = await decoderStates(gemma, reading, [-1], signal)
    const { mask } = reading.tokens
    encoded.push({
      embeddings: pickTokens(states!, kept),
      mask: int64Row(kept.map((k) => mask[k]!)),
      readings: [reading],
    })
  }
  return encoded
}
