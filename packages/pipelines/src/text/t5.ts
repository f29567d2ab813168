import type { AbortSignalLike } from '@fastflow/core'
import type { EncoderPart, Reading } from './encoder-part.ts'
import type { FloatTensor } from './float-tensor.ts'
import { unmasked } from './reading.ts'
import { outputName, runEncoder } from './run-encoder.ts'

/** The vectors [1, tokens, width] that T5 makes of a text that was read, as pipelines run it: padding is text to it. */
export function t5States(
  part: EncoderPart,
  reading: Reading,
  signal: AbortSignalLike | undefined,
): Promise<FloatTensor> {
  return states(part, unmasked(reading), signal)
}

/** The same of umT5, which is told what is padding. */
export function umt5States(
  part: EncoderPart,
  { tokens }: Reading,
  signal: AbortSignalLike | undefined,
): Promise<FloatTensor> {
  return states(part, tokens, signal)
}

async function states(
  part: EncoderPart,
  tokens: { readonly ids: readonly number[]; readonly mask: readonly number[] },
  signal: AbortSignalLike | undefined,
): Promise<FloatTensor> {
  const name = outputName(part, ['last_hidden_state'], 'export it with optimum, which names it so')
  const [output] = await runEncoder(part, tokens, [name], signal)
  return output!
}
