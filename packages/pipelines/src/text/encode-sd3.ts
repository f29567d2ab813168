import { type AbortSignalLike, FastFlowError } from '@fastflow/core'
import { clipStates } from './clip.ts'
import type { EncodeOptions, EncoderPart, EncoderSource, PooledPrompt, Reading } from './encoder-part.ts'
import type { FloatTensor } from './float-tensor.ts'
import { joinChannels, joinTokens, padChannels } from './join.ts'
import { eachPrompt, readingOf } from './reading.ts'
import { sequenceLength } from './sequence-length.ts'
import { t5Texts } from './t5.ts'

export interface Sd3Encoders {
  readonly clipL: EncoderSource
  readonly clipG: EncoderSource
  /** Models may come without it; zeros take its place. */
  readonly t5: EncoderSource | undefined
  /** Numbers a token, `joint_attention_dim` of the transformer. */
  readonly width: number
}

/**
 * Encodes prompts, negative ones too, as `StableDiffusion3Pipeline`: both CLIP models side by side, T5 behind them.
 * `maxSequenceLength` are tokens of T5, 256 by default, 512 at most.
 *
 * Cost: a pass of each encoder a prompt, of all prompts before the next encoder is used: one of them has to be in memory.
 *
 * @throws FastFlowError as `runEncoder`; `invalid-argument`.
 */
export async function encodeSd3(
  { clipL, clipG, t5, width }: Sd3Encoders,
  prompts: readonly string[],
  { maxSequenceLength, signal }: EncodeOptions = {},
): Promise<readonly PooledPrompt[]> {
  const length = sequenceLength(maxSequenceLength, 256, 512)
  const left = await clipL.use((part) => {
    const { maxLength } = part.tokenizer
    return eachPrompt(prompts, (prompt) => clipText(part, prompt, maxLength, signal))
  }, signal)
  const right = await clipG.use((part) => {
    // The pipeline has both CLIP models read as many tokens as the first one takes.
    const { maxLength } = left[0]?.reading ?? part.tokenizer
    return eachPrompt(prompts, (prompt) => clipText(part, prompt, maxLength, signal))
  }, signal)
  const behind = await t5?.use((part) => t5Texts(part, prompts, length, signal), signal)
  return prompts.map((_, n) => {
    const [l, g, text] = [left[n]!, right[n]!, behind?.[n]]
    if (text) checkWidth(text.reading, text.states, width)
    const states = padChannels(joinChannels([l.states, g.states]), width)
    return {
      embeddings: joinTokens(states, text?.states ?? zeros(length, width)),
      pooled: joinChannels([l.pooled, g.pooled]),
      readings: [l.reading, g.reading, ...(text ? [text.reading] : [])],
    }
  })
}

async function clipText(
  part: EncoderPart,
  prompt: string,
  maxLength: number,
  signal: AbortSignalLike | undefined,
): Promise<{ readonly reading: Reading; readonly pooled: FloatTensor; readonly states: FloatTensor }> {
  const reading = readingOf(part, prompt, maxLength)
  return { reading, ...(await clipStates(part, reading, signal)) }
}

/** @throws FastFlowError `model-mismatch`. */
function checkWidth({ part: name }: Reading, { dims }: FloatTensor, width: number): void {
  const own = dims.at(-1)!
  if (own === width) return
  const field = `${name}/model.onnx`
  const message = `${field} gives ${own} numbers a token where joint_attention_dim in transformer/config.json is ${width}; put back the files of one model`
  throw new FastFlowError({ code: 'model-mismatch', field, message })
}

function zeros(length: number, width: number): FloatTensor {
  return { type: 'float32', dims: [1, length, width], data: new Float32Array(length * width) }
}
