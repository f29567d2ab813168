import type { AbortSignalLike } from '@fastflow/core'
import type { EncoderPart, Reading } from './encoder-part.ts'
import type { FloatTensor } from './float-tensor.ts'
import { hiddenState } from './hidden-states.ts'
import { runEncoder } from './run-encoder.ts'

/**
 * Hidden states [1, tokens, width] that a language model (Gemma 2, Qwen 2.5-VL, Qwen 3) makes of a text that was read.
 * Cost: one pass.
 *
 * @param indices which, as {@link hiddenState} counts them.
 */
export function decoderStates(
  part: EncoderPart,
  { tokens }: Reading,
  indices: readonly number[],
  signal: AbortSignalLike | undefined,
): Promise<readonly FloatTensor[]> {
  const names = indices.map((index) => hiddenState(part, index))
  return runEncoder(part, tokens, names, signal)
}
