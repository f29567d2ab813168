import { FastFlowError } from '@fastflow/core'
import { clipStates } from './clip.ts'
import type { EncodeOptions, EncoderPart, PooledPrompt } from './encoder-part.ts'
import type { FloatTensor } from './float-tensor.ts'
import { joinChannels, joinTokens, padChannels } from './join.ts'
import { readingOf } from './reading.ts'
import { sequenceLength } from './sequence-length.ts'
import { t5States } from './t5.ts'

export interface Sd3Encoders {
  readonly clipL: EncoderPart
  readonly clipG: EncoderPart
  /** Models may come without it; zeros take its place. */
  readonly t5: EncoderPart | undefined
  /** Numbers a token, `joint_attention_dim` of the transformer. */
  readonly width: number
}

/**
 * Encodes prompts, negative ones too, as `StableDiffusion3Pipeline`: both CLIP models side by side, T5 behind them.
 * `maxSequenceLength` are tokens of T5, 256 by default, 512 at most.
 *
 * Cost: a pass of each encoder a prompt.
 *
 * @throws FastFlowError as `runEncoder`; `invalid-argument`.
 */
export async function encodeSd3(
  encoders: Sd3Encoders,
  prompts: readonly string[],
  options: EncodeOptions = {},
): Promise<readonly PooledPrompt[]> {
  const { clipL, clipG, t5, width } = encoders
  const { signal } = options
  const length = sequenceLength(options.maxSequenceLength, 256, 512)
  // The pipeline has both CLIP models read as many tokens as the first one takes.
  const { maxLength } = clipL.tokenizer
  const encoded: PooledPrompt[] = []
  for (const prompt of prompts) {
    const readings = [readingOf(clipL, prompt, maxLength), readingOf(clipG, prompt, maxLength)]
    const l = await clipStates(clipL, readings[0]!, signal)
    const g = await clipStates(clipG, readings[1]!, signal)
    let text = zeros(length, width)
    if (t5 !== undefined) {
      const reading = readingOf(t5, prompt, length)
      text = await t5States(t5, reading, signal)
      checkWidth(t5, text, width)
      readings.push(reading)
    }
    const states = padChannels(joinChannels([l.states, g.states]), width)
    encoded.push({
      embeddings: joinTokens(states, text),
      pooled: joinChannels([l.pooled, g.pooled]),
      readings,
    })
  }
  return encoded
}

/** @throws FastFlowError `model-mismatch`. */
function checkWidth({ name }: EncoderPart, { dims }: FloatTensor, width: number): void {
  const own = dims.at(-1)!
  if (own === width) return
  const field = `${name}/model.onnx`
  const message = `${field} gives ${own} numbers a token where joint_attention_dim in transformer/config.json is ${width}; put back the files of one model`
  throw new FastFlowError({ code: 'model-mismatch', field, message })
}

function zeros(length: number, width: number): FloatTensor {
  return { type: 'float32', dims: [1, length, width], data: new Float32Array(length * width) }
}
