import type { AbortSignalLike } from '@fastflow/core'
import type { EncoderPart, Reading } from './encoder-part.ts'
import type { FloatTensor } from './float-tensor.ts'
import { eachPrompt, readingOf, unmasked } from './reading.ts'
import { outputName, runEncoder } from './run-encoder.ts'

/** The vectors [1, tokens, width] that T5 makes of a text that was read, as pipelines run it: padding is text to it. */
export function t5States(
  part: EncoderPart,
  reading: Reading,
  signal: AbortSignalLike | undefined,
): Promise<FloatTensor> {
  return statesOf(part, unmasked(reading), signal)
}

/** The same of umT5, which is told what is padding. */
export function umt5States(
  part: EncoderPart,
  { tokens }: Reading,
  signal: AbortSignalLike | undefined,
): Promise<FloatTensor> {
  return statesOf(part, tokens, signal)
}

/** A text that T5 read. */
export interface T5Text {
  readonly reading: Reading
  /** [1, tokens, width]. */
  readonly states: FloatTensor
}

/** The same of each prompt, read up to `length` tokens. Cost: a pass a prompt. */
export function t5Texts(
  part: EncoderPart,
  prompts: readonly string[],
  length: number,
  signal: AbortSignalLike | undefined,
): Promise<readonly T5Text[]> {
  return eachPrompt(prompts, async (prompt) => {
    const reading = readingOf(part, prompt, length)
    return { reading, states: await t5States(part, reading, signal) }
  })
}

async function statesOf(
  part: EncoderPart,
  tokens: { readonly ids: readonly number[]; readonly mask: readonly number[] },
  signal: AbortSignalLike | undefined,
): Promise<FloatTensor> {
  const name = outputName(part, ['last_hidden_state'], 'export it with optimum, which names it so')
  const [output] = await runEncoder(part, tokens, [name], signal)
  return output!
}
