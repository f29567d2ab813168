import { type AbortSignalLike, FastFlowError, type Tensor, type TensorInfo } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import type { Tokens } from '@fastflow/proxies'
import type { EncoderPart } from './encoder-part.ts'
import { type FloatTensor, toFloat32 } from './float-tensor.ts'

type Ids = Pick<Tokens, 'ids' | 'mask'>

/**
 * Runs a text encoder on one text, and gives the outputs that are asked for in float32. It is fed what it declares,
 * `input_ids` and where it has that input `attention_mask`, in the type it declares.
 *
 * Cost: one pass.
 *
 * @param fetches names of outputs, as {@link outputName} finds them.
 * @throws FastFlowError `model-mismatch` for an input that a text does not give, `model-failed` for NaN and infinity in
 * what is made of the text, `aborted`.
 */
export async function runEncoder(
  part: EncoderPart,
  text: Ids,
  fetches: readonly string[],
  signal: AbortSignalLike | undefined,
): Promise<readonly FloatTensor[]> {
  throwIfAborted(signal, 'encoding prompts')
  const feeds = Object.fromEntries(
    part.network.inputs.map((input) => [input.name, feedOf(part, input, text)]),
  )
  const { outputs } = await part.network.run(feeds, { fetches: [...new Set(fetches)] })
  return fetches.map((name) => checked(part, name, outputs[name]!, text))
}

/** The first of several names that an encoder has as an output. */
export function outputName(part: EncoderPart, names: readonly string[], fix: string): string {
  const found = names.find((name) => part.network.outputs.some((output) => output.name === name))
  if (found !== undefined) return found
  const own = part.network.outputs.map(({ name }) => name).join(', ')
  throw mismatch(part, `has no output ${names.join(' or ')}, only ${own}; ${fix}`)
}

/** `model-mismatch` about a part's network. */
export function mismatch(part: EncoderPart, problem: string): FastFlowError {
  const field = `${part.name}/model.onnx`
  return new FastFlowError({ code: 'model-mismatch', field, message: `${field}: ${problem}` })
}

function feedOf(part: EncoderPart, { name, type }: TensorInfo, { ids, mask }: Ids): Tensor {
  const fix = 'export it with input_ids and attention_mask alone, in int64 or int32'
  const values = name === 'input_ids' ? ids : name === 'attention_mask' ? mask : undefined
  if (values === undefined)
    throw mismatch(part, `asks for an input ${name}, which a prompt does not give; ${fix}`)
  const dims = [1, values.length]
  if (type === 'int64') return { type, dims, data: BigInt64Array.from(values, BigInt) }
  if (type === 'int32') return { type, dims, data: Int32Array.from(values) }
  if (type === 'bool' && values === mask) return { type, dims, data: Uint8Array.from(values) }
  throw mismatch(part, `asks for ${name} in ${type}; ${fix}`)
}

function checked(part: EncoderPart, name: string, output: Tensor, { ids, mask }: Ids): FloatTensor {
  const { dims } = output
  const floats = toFloat32(output)
  const fits = dims.length === 2 || (dims.length === 3 && dims[1] === ids.length)
  if (floats === undefined || dims[0] !== 1 || !fits) {
    const wanted = `float32 or float16 [1, ${ids.length}, width] or [1, width]`
    throw mismatch(
      part,
      `makes ${name} ${output.type} [${dims.join(', ')}] of ${ids.length} tokens, not ${wanted}`,
    )
  }
  const width = dims.at(-1)!
  const bad = floats.data.findIndex(
    (value, k) => !Number.isFinite(value) && (dims.length === 2 || mask[Math.floor(k / width)] === 1),
  )
  if (bad === -1) return floats
  const field = `${part.name}/model.onnx`
  const message = `${field}: makes ${floats.data[bad]} in ${name}; where its weights are float16, export it in float32`
  throw new FastFlowError({ code: 'model-failed', field, message })
}
