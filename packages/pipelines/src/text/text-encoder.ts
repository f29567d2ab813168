import type { AbortSignalLike, ConfigFile, Feeds, ModelRunner, Tensor } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import type { Tokens } from '@fastflow/proxies'

/** Texts that go through the encoder in one batch. */
const BATCH = 16

/** A text encoder, and the network that reads what it makes. */
export interface TextEncoder {
  readonly textEncoder: ModelRunner
  /** Length of the vector of a token. */
  readonly width: number
  readonly config: { readonly file: ConfigFile }
}

/**
 * Runs the text encoder: for each text the feeds `encoder_hidden_states` and `encoder_attention_mask` of a batch of one.
 *
 * @throws FastFlowError `model-unreadable` where its vectors are of another length than the transformer reads, `aborted`.
 */
export async function encodeTokens(
  parts: TextEncoder,
  texts: readonly Tokens[],
  signal: AbortSignalLike | undefined,
): Promise<readonly Feeds[]> {
  const encoded: Feeds[] = []
  for (let begin = 0; begin < texts.length; begin += BATCH) {
    throwIfAborted(signal, 'encoding prompts')
    encoded.push(...(await encodeBatch(parts, texts.slice(begin, begin + BATCH))))
  }
  return encoded
}

async function encodeBatch(
  { textEncoder: runner, width, config }: TextEncoder,
  texts: readonly Tokens[],
): Promise<readonly Feeds[]> {
  const ids = int64Tensor(texts.map((text) => text.ids))
  const mask = int64Tensor(texts.map((text) => text.mask))
  const { outputs } = await runner.run(
    { input_ids: ids, attention_mask: mask },
    { fetches: ['last_hidden_state'] },
  )
  const states = outputs.last_hidden_state!
  if (states.dims.join() !== [...ids.dims, width].join()) {
    const made = `text_encoder/model.onnx makes vectors [${states.dims.join(', ')}]`
    throw config.file.wrong('cross_attention_dim', `does not fit: ${made} of tokens [${ids.dims.join(', ')}]`)
  }
  return texts.map((text, n) => ({
    encoder_hidden_states: rowOf(states, n),
    encoder_attention_mask: int64Tensor([text.mask]),
  }))
}

/** One of a batch, as a batch of one. */
function rowOf({ type, dims, data }: Tensor, n: number): Tensor {
  const size = data.length / dims[0]!
  return { type, dims: [1, ...dims.slice(1)], data: data.slice(n * size, (n + 1) * size) }
}

function int64Tensor(rows: readonly (readonly number[])[]): Tensor {
  const data = BigInt64Array.from(rows.flat(), BigInt)
  return { type: 'int64', dims: [rows.length, rows[0]!.length], data }
}
