import type { AbortSignalLike } from '@fastflow/core'
import type { EncoderPart, Reading } from './encoder-part.ts'
import type { FloatTensor } from './float-tensor.ts'
import { hiddenState } from './hidden-states.ts'
import { unmasked } from './reading.ts'
import { outputName, runEncoder } from './run-encoder.ts'

const FIX = 'export it with optimum, which names it so'

/** What `CLIPTextModel` makes of a text that was read: [1, width] of its end token, not projected. Cost: one pass. */
export async function clipPooled(
  part: EncoderPart,
  reading: Reading,
  signal: AbortSignalLike | undefined,
): Promise<FloatTensor> {
  const name = outputName(part, ['pooler_output', 'text_embeds'], FIX)
  const [pooled] = await runEncoder(part, unmasked(reading), [name], signal)
  return pooled!
}

/**
 * What `CLIPTextModelWithProjection` makes of a text that was read: the projected [1, width] of its end token, and the
 * vectors [1, tokens, width] that come out of the last layer but one. Cost: one pass.
 */
export async function clipStates(
  part: EncoderPart,
  reading: Reading,
  signal: AbortSignalLike | undefined,
): Promise<{ readonly pooled: FloatTensor; readonly states: FloatTensor }> {
  const names = [outputName(part, ['text_embeds', 'pooler_output'], FIX), hiddenState(part, -2)]
  const [pooled, states] = await runEncoder(part, unmasked(reading), names, signal)
  return { pooled: pooled!, states: states! }
}
