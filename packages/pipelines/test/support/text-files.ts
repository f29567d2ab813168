import { schedulerConfig } from './model-files.ts'

/** Sizes of the tiny text models: 3 channels of 2 x 2 latents, 4 x 4 pixels, prompts of 8 tokens of width 2. */
export const text = { channels: 3, side: 2, size: 4, tokens: 8, width: 2 } as const

/** Every letter and digit is a token; words end nowhere in particular. */
const vocabulary = ['<pad>', '<unk>', '<s>', '</s>', ...'abcdefghijklmnopqrstuvwxyz0123456789,']

export const tokenizer = {
  version: '1.0',
  added_tokens: vocabulary.slice(0, 4).map((content, id) => ({ id, content, special: true })),
  normalizer: { type: 'Lowercase' },
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '<s>', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '</s>', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      '<s>': { id: '<s>', ids: [2], tokens: ['<s>'] },
      '</s>': { id: '</s>', ids: [3], tokens: ['</s>'] },
    },
  },
  decoder: null,
  model: {
    type: 'BPE',
    unk_token: '<unk>',
    fuse_unk: false,
    byte_fallback: false,
    vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
    merges: [],
  },
}

/** Id of a letter. */
export function idOf(token: string): number {
  return vocabulary.indexOf(token)
}

const classes = {
  'text-to-image': 'TextToImagePipeline',
  'image-editing': 'ImageEditPipeline',
  'text-to-video': 'TextToVideoPipeline',
} as const

export type TextTask = keyof typeof classes

/** Texts of a complete folder of a text model. */
export function textFiles(
  task: TextTask,
  changes: { readonly transformer?: object; readonly vae?: object } = {},
): Record<string, string> {
  const video = { default_num_frames: 4, min_num_frames: 2, max_num_frames: 20, frames_per_second: 6 }
  const vae = {
    latent_channels: text.channels,
    scale_factor: 2,
    scaling_factor: 2,
    shift_factor: 0.25,
    ...changes.vae,
  }
  const rgb = {
    latent_rgb_factors: [
      [0.5, 0, 0],
      [0, 0.5, 0],
      [0, 0, 0.5],
    ],
    latent_rgb_factors_bias: [0.25, 0.25, 0.25],
  }
  const files: Record<string, unknown> = {
    'model_index.json': { _class_name: classes[task], transformer: ['fastflow', 'Transformer2DModel'] },
    'tokenizer/tokenizer.json': tokenizer,
    'tokenizer/tokenizer_config.json': {
      model_max_length: text.tokens,
      pad_token: '<pad>',
      unk_token: '<unk>',
    },
    'transformer/config.json': {
      sample_size: text.side,
      in_channels: text.channels,
      out_channels: text.channels,
      cross_attention_dim: text.width,
      prediction_type: 'velocity',
      default_guidance_scale: 3,
      default_num_inference_steps: 12,
      ...(task === 'text-to-video' && video),
      ...changes.transformer,
    },
    'vae_decoder/config.json': { ...rgb, ...vae },
    'vae_encoder/config.json': vae,
    'calibration_prompts.json': ['ant', 'bee', 'fly'],
  }
  const documents = Object.entries(files).map(([path, value]) => [path, JSON.stringify(value)])
  const networks = ['text_encoder', 'transformer', 'vae_decoder', 'vae_encoder']
  return Object.fromEntries([
    ...documents,
    ['scheduler/scheduler_config.json', schedulerConfig()],
    ...networks.map((part) => [`${part}/model.onnx`, part]),
  ])
}
