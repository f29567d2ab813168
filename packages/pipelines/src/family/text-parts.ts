import type {
  AbortSignalLike,
  ConfigFile,
  Feeds,
  ModelFolder,
  ModelRunner,
  ResidentRunner,
  TensorInfo,
} from '@fastflow/core'
import { readTokenizer, type TextTokenizer } from '@fastflow/proxies'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { checkScale } from '../state/check-scale.ts'
import { decodeLatents, decodeResidentLatents } from '../state/decode.ts'
import { previewLatents } from '../state/preview.ts'
import { MAX_SIZE } from '../state/sizes.ts'
import { readVae, type VaeConfig } from '../state/vae-config.ts'
import { checkGuidance } from '../task/checks.ts'
import type { FlowOptions, Task } from '../task/options.ts'
import type { Condition, TaskModel } from '../task/task-model.ts'
import { checkPrompt, checkText, promptNotes } from '../text/prompt.ts'
import { encodeTokens } from '../text/text-encoder.ts'
import { type CommonConfig, readCommon } from './common-config.ts'
import { type NetworkLoader, sideBySide } from './load-network.ts'
import { sigmaFlow } from './sigma-flow.ts'

/**
 * Latents are scaled to a variance of about 1, pixels have about a quarter of that; with a range of 4 standard deviations
 * instead of 2 their decibels mean about the same.
 */
const LATENT_RANGE = 4

/** More numbers than that in one state are taken for a mistake in the file: 1 GiB. */
const MAX_STATE = 2 ** 28

const TOKENIZER = 'tokenizer/tokenizer.json'
/** Most tokens of a text. */
const MAX_LENGTH = 4096

/** What text-to-image, editing and video have in common: a text encoder, a transformer in latent space, a decoder. */
export interface TextParts {
  readonly config: CommonConfig
  readonly folder: ModelFolder
  readonly channels: number
  /** Latents on a side. */
  readonly side: number
  /** Length of the vector of a token. */
  readonly width: number
  readonly vae: VaeConfig
  readonly tokenizer: TextTokenizer
  /** SHA-256, hex, of the tokenizer's file. */
  readonly tokenizerDigest: string
  readonly textEncoder: ModelRunner
  readonly transformer: ModelRunner
  readonly decoder: ModelRunner
}

/** How the transformer of a task differs from the others. */
export interface TransformerShape {
  /** Whether states have an axis of frames behind the channels. */
  readonly frames: boolean
  /** Whether it is fed `image_latents`. */
  readonly image: boolean
}

/** Loads tokenizer, text encoder, transformer and decoder of a folder. */
export async function loadTextParts(
  folder: ModelFolder,
  index: ConfigFile,
  load: NetworkLoader,
  shape: TransformerShape,
): Promise<TextParts> {
  const config = await readCommon(folder, index)
  const { file } = config
  const channels = file.whole('in_channels', { least: 1, most: 4096 })
  if (file.whole('out_channels', { least: 1, most: 4096, otherwise: channels }) !== channels)
    throw file.unsupported('out_channels', `in_channels, ${channels}`)
  const side = file.whole('sample_size', { least: 1, most: MAX_SIZE })
  if (channels * side ** 2 > MAX_STATE)
    throw file.wrong(
      'sample_size',
      `makes states of ${channels} x ${side} x ${side} numbers, over ${MAX_STATE}`,
    )
  const width = file.whole('cross_attention_dim', { least: 1, most: 65_536 })
  const vae = await readVae(folder, 'vae_decoder', channels, side)
  const tokenizer = await readTokenizer(folder, {
    path: TOKENIZER,
    lengthOf: (settings) => settings.whole('model_max_length', { least: 1, most: MAX_LENGTH }),
  })
  const tokenizerDigest = bytesToHex(sha256(await folder.read(TOKENIZER)))
  const { maxLength } = tokenizer
  const latents = ['batch', channels, side, side]
  const float = (name: string, dims: TensorInfo['dims']): TensorInfo => ({ name, type: 'float32', dims })
  const whole = (name: string): TensorInfo => ({ name, type: 'int64', dims: ['batch', maxLength] })
  const configFile = `${config.network}/config.json`
  const states = shape.frames ? ['batch', channels, 'frames', side, side] : latents
  // While one is compiled the next is on its way.
  const encoderLoad = load('text_encoder/model.onnx', {
    inputs: [whole('input_ids'), whole('attention_mask')],
    output: { name: 'last_hidden_state', dims: ['batch', maxLength, width] },
    sizes: `model_max_length in tokenizer/tokenizer_config.json, cross_attention_dim in ${configFile}`,
  })
  const transformerLoad = load(`${config.network}/model.onnx`, {
    inputs: [
      float('hidden_states', states),
      float('timestep', ['batch']),
      float('encoder_hidden_states', ['batch', maxLength, width]),
      whole('encoder_attention_mask'),
      ...(shape.image ? [float('image_latents', latents)] : []),
    ],
    output: { name: 'velocity', dims: states },
    sizes: `in_channels, sample_size and cross_attention_dim in ${configFile}`,
  })
  const decoderLoad = load('vae_decoder/model.onnx', {
    inputs: [float('latent_sample', latents)],
    output: { name: 'sample', dims: ['batch', 3, 'height', 'width'] },
    sizes: `in_channels and sample_size in ${configFile}`,
  })
  const [textEncoder, transformer, decoder] = await sideBySide([encoderLoad, transformerLoad, decoderLoad])
  await checkScale(decoder, vae, side)
  return {
    config,
    folder,
    channels,
    side,
    width,
    vae,
    tokenizer,
    tokenizerDigest,
    textEncoder,
    transformer,
    decoder,
  }
}

/** The part of a task model that does not depend on the task. */
export function textModel(
  { config, vae, tokenizerDigest, textEncoder, transformer, decoder }: TextParts,
  task: Task,
  more: readonly ModelRunner[] = [],
): Omit<TaskModel, 'options' | 'shape' | 'condition' | 'calibrationConditions' | 'dispose'> {
  const digests = [transformer, textEncoder, ...more].map(({ digest }) => digest)
  const own = {
    name: config.name,
    defaults: { numSteps: config.numSteps, guidanceScale: config.guidanceScale },
    guided: true,
  }
  return {
    ...own,
    ...sigmaFlow(config, { runner: transformer, state: 'hidden_states' }, own),
    task,
    digest: bytesToHex(sha256(utf8ToBytes(JSON.stringify([task, tokenizerDigest, ...digests])))),
    labels: [],
    range: LATENT_RANGE,
    fps: undefined,
    decode: (x, { dims }, signal) => decodeLatents(decoder, vae, x, dims, signal),
    decodeResident: decoder.resident && residentDecoder(decoder.resident, vae),
    preview: (x, { dims }, frame) => previewLatents(vae, x, dims, frame),
  }
}

function residentDecoder<T>(runner: ResidentRunner<T>, vae: VaeConfig): TaskModel['decodeResident'] {
  return (x, { dims }) => decodeResidentLatents(runner, vae, x as T, dims)
}

/** Encodes a prompt, and the negative one where guidance needs it. Cost: one pass of the text encoder. */
export async function textCondition(
  parts: TextParts,
  model: Pick<TaskModel, 'defaults' | 'guided' | 'name'>,
  subject: string | number,
  options: FlowOptions,
): Promise<Condition> {
  const { tokenizer } = parts
  const prompt = checkPrompt(subject, 'prompt')
  const { negativePrompt = '' } = options
  const negative = checkText(negativePrompt, 'negativePrompt')
  const guided = checkGuidance(model, options.guidanceScale) !== 1
  const tokens = [prompt, ...(guided ? [negative] : [])].map((text) => tokenizer.tokenize(text))
  const [feeds, unconditional] = await encodeTokens(parts, tokens, options.signal)
  const notes = ['prompt', 'negativePrompt'].flatMap((field, n) =>
    tokens[n] === undefined ? [] : promptNotes(field, tokens[n], tokenizer),
  )
  if (!guided && negative !== '')
    notes.push('negativePrompt: has no effect with guidance switched off; set guidanceScale above 1')
  return { caption: prompt, notes, feeds: feeds!, unconditional }
}

/** The same for calibration runs, with an empty negative prompt. */
export async function promptConditions(
  parts: TextParts,
  prompts: readonly string[],
  signal: AbortSignalLike | undefined,
): Promise<readonly Condition[]> {
  const { tokenizer } = parts
  const tokens = ['', ...prompts].map((text) => tokenizer.tokenize(text))
  const [unconditional, ...encoded] = await encodeTokens(parts, tokens, signal)
  return encoded.map((feeds: Feeds, n) => ({ caption: prompts[n]!, notes: [], feeds, unconditional }))
}
