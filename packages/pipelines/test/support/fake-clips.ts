import {
  type Backend,
  FastFlowError,
  type Feeds,
  type ModelFolder,
  memoryPolicyStore,
  type Tensor,
  type TensorInfo,
} from '@fastflow/core'
import { loadPipeline, type Pipeline } from '@fastflow/pipelines'
import { tokenizer } from './text-files.ts'

/** How a folder of a model of clips differs from the plainest one. */
export interface FakeClipsOptions {
  readonly index?: object
  readonly transformer?: object
  readonly vae?: object
  readonly scheduler?: object
  /** Networks besides text encoder, transformer and decoder. */
  readonly networks?: readonly string[]
  /** Inputs of the networks that make velocities, in place of those of the family. */
  readonly inputs?: readonly TensorInfo[]
  /** Shape of the decoder's latents. */
  readonly decodes?: TensorInfo['dims']
  /** Names of numbers that it is fed besides. */
  readonly decoderInputs?: readonly string[]
}

/** A model of clips whose velocity is 1 under a prompt and 0 without one, and every call of its networks. */
export interface FakeClips {
  readonly pipe: Pipeline
  readonly calls: { readonly network: string; readonly feeds: Feeds }[]
}

export const CHANNELS = 2

const float = (name: string, ...dims: (string | number)[]): TensorInfo => ({ name, type: 'float32', dims })
const whole = (name: string, ...dims: (string | number)[]): TensorInfo => ({ name, type: 'int64', dims })

const text = float('encoder_hidden_states', 'batch', 'length', 1)

/** What differs between Wan and LTX-Video: their files, what their networks take, and pixels a latent. */
const families = {
  WanPipeline: {
    index: { boundary_ratio: null, transformer_2: [null, null] },
    scheduler: {
      _class_name: 'UniPCMultistepScheduler',
      prediction_type: 'flow_prediction',
      use_flow_sigmas: true,
      flow_shift: 3,
    },
    transformer: { patch_size: [1, 2, 2] },
    vae: { z_dim: CHANNELS, latents_mean: [0, 0], latents_std: [1, 1] },
    inputs: [
      float('hidden_states', 'batch', CHANNELS, 'frames', 'height', 'width'),
      float('timestep', 'batch'),
      text,
    ],
    spatial: 8,
    temporal: 4,
  },
  LTXPipeline: {
    index: {},
    scheduler: { _class_name: 'FlowMatchEulerDiscreteScheduler', use_dynamic_shifting: true },
    transformer: { patch_size: 1, patch_size_t: 1 },
    vae: { latent_channels: CHANNELS, latents_mean: [0, 0], latents_std: [1, 1] },
    inputs: [
      float('hidden_states', 'batch', 'tokens', CHANNELS),
      float('timestep', 'batch'),
      text,
      whole('encoder_attention_mask', 'batch', 'length'),
      whole('num_frames'),
      whole('height'),
      whole('width'),
      float('rope_interpolation_scale', 3),
    ],
    spatial: 32,
    temporal: 8,
  },
} as const

export async function fakeClips(
  name: keyof typeof families,
  options: FakeClipsOptions = {},
): Promise<FakeClips> {
  const family = families[name]
  const calls: FakeClips['calls'] = []
  const documents: Record<string, object> = {
    'model_index.json': { _class_name: name, ...family.index, ...options.index },
    'scheduler/scheduler_config.json': { ...family.scheduler, ...options.scheduler },
    'transformer/config.json': { in_channels: CHANNELS, ...family.transformer, ...options.transformer },
    'vae_decoder/config.json': { ...family.vae, ...options.vae },
    'tokenizer/tokenizer.json': tokenizer,
    'tokenizer/tokenizer_config.json': { pad_token: '<pad>', unk_token: '<unk>' },
  }
  const networks = ['text_encoder', 'transformer', 'vae_decoder', ...(options.networks ?? [])]
  const files = new Map([
    ...Object.entries(documents).map(([path, value]) => [path, JSON.stringify(value)] as const),
    ...networks.map((part) => [`${part}/model.onnx`, part] as const),
  ])
  const read = (path: string): string => {
    const content = files.get(path)
    if (content !== undefined) return content
    throw new FastFlowError({ code: 'model-not-found', field: path, message: `there is no ${path}` })
  }

  /** Ports of a network, and what it makes. */
  function network(part: string): { inputs: readonly TensorInfo[]; run: (feeds: Feeds) => Tensor } {
    if (part === 'text_encoder')
      return {
        inputs: [whole('input_ids', 'n', 'length'), whole('attention_mask', 'n', 'length')],
        run: encode,
      }
    if (part === 'vae_decoder') {
      const latents = options.decodes ?? ['n', CHANNELS, 'frames', 'height', 'width']
      const more = (options.decoderInputs ?? []).map((one) => float(one, 'n'))
      return {
        inputs: [float('latent_sample', ...latents), ...more],
        run: (feeds) => decode(feeds, family),
      }
    }
    return { inputs: options.inputs ?? family.inputs, run: velocity }
  }

  const folder: ModelFolder = {
    location: 'models/clips',
    has: async (path) => files.has(path),
    read: async (path) => Uint8Array.from(Buffer.from(read(path))),
    load: async (path) => {
      const part = read(path)
      const { inputs, run } = network(part)
      const output = { text_encoder: 'last_hidden_state', vae_decoder: 'sample' }[part] ?? 'out_hidden_states'
      return {
        version: 1,
        executionProvider: 'closed-form',
        inputs,
        outputs: [{ name: output, type: 'float32', dims: [] }],
        digest: `digest of ${part}`,
        run: async (feeds) => {
          calls.push({ network: part, feeds: structuredClone(feeds) })
          return { outputs: { [output]: run(feeds) }, timing: { ms: 1 } }
        },
        dispose: async () => {},
      }
    },
  }
  const backend: Backend = {
    version: 1,
    name: 'fake',
    open: async () => folder,
    policyStore: () => memoryPolicyStore(),
  }
  return { pipe: await loadPipeline('models/clips', { backend }), calls }
}

/** The vector of a token is its id. */
function encode({ input_ids }: Feeds): Tensor {
  const ids = Array.from(input_ids!.data, Number)
  return { type: 'float32', dims: [1, ids.length, 1], data: Float32Array.from(ids) }
}

/** Letters have ids above 3, and nothing else has. */
function velocity({ hidden_states, encoder_hidden_states }: Feeds): Tensor {
  const prompted = Array.from(encoder_hidden_states!.data, Number).some((id) => id > 3)
  const { dims, data } = hidden_states!
  return { type: 'float32', dims, data: new Float32Array(data.length).fill(prompted ? 1 : 0) }
}

/** A grey clip. */
function decode(
  { latent_sample }: Feeds,
  { spatial, temporal }: { readonly spatial: number; readonly temporal: number },
): Tensor {
  const [frames, rows, columns] = latent_sample!.dims.slice(2) as [number, number, number]
  const dims = [1, 3, (frames - 1) * temporal + 1, rows * spatial, columns * spatial]
  return { type: 'float32', dims, data: new Float32Array(dims.reduce((size, n) => size * n)) }
}
