import type { AbortSignalLike, ModelRunner, Tensor } from '@fastflow/core'
import type { TextTokenizer, Tokens } from '@fastflow/proxies'
import type { FloatTensor } from './float-tensor.ts'

/** A network as text encoders need it: its ports, and how it runs. */
export type EncoderNetwork = Pick<ModelRunner, 'inputs' | 'outputs' | 'run'>

/** One of a model's text encoders, with the tokenizer that feeds it. */
export interface EncoderPart {
  /** Its folder, e.g. `text_encoder_2`; errors name it. */
  readonly name: string
  readonly network: EncoderNetwork
  readonly tokenizer: TextTokenizer
  /** `num_hidden_layers` of its `config.json`; hidden states that are counted from the end are found by it. */
  readonly numLayers?: number | undefined
}

/** A text encoder that need not be in memory yet. */
export interface EncoderSource {
  /** Loads it unless it is there, and keeps it while `work` goes on. */
  use<Result>(
    work: (encoder: EncoderPart) => Promise<Result>,
    signal?: AbortSignalLike | undefined,
  ): Promise<Result>
}

/** What all families take beside prompts. */
export interface EncodeOptions {
  /** Tokens of a prompt, by default as many as the pipeline of Diffusers takes. */
  readonly maxSequenceLength?: number | undefined
  readonly signal?: AbortSignalLike | undefined
}

/** How one encoder read a prompt: what `promptNotes` asks for. */
export interface Reading {
  /** The encoder's folder. */
  readonly part: string
  readonly tokens: Tokens
  /** Tokens that were read, templates included. */
  readonly maxLength: number
}

/** A prompt of models that read CLIP and T5. */
export interface PooledPrompt {
  /** [1, tokens, width]. */
  readonly embeddings: FloatTensor
  /** [1, pooled width]. */
  readonly pooled: FloatTensor
  /** One an encoder, in the order of their folders. */
  readonly readings: readonly Reading[]
}

/** A prompt of models that read one encoder. */
export interface MaskedPrompt {
  /** [1, tokens, width]. */
  readonly embeddings: FloatTensor
  /** int64 [1, tokens]: 1 for vectors of the text, 0 for those of padding. */
  readonly mask: Tensor
  readonly readings: readonly Reading[]
}
