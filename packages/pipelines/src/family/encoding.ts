import type { Feeds } from '@fastflow/core'
import type { FlowOptions } from '../task/options.ts'

/** A text that guidance leads to, or away from. */
export interface PromptText {
  readonly text: string
  readonly negative: boolean
}

/** What decides how prompts are encoded. */
export type EncodeOptions = Pick<
  FlowOptions,
  'maxSequenceLength' | 'complexHumanInstruction' | 'systemPrompt' | 'signal'
>

/** A prompt as the network is fed it. */
export interface EncodedText {
  /** By role: `encoder_hidden_states`, `pooled_projections`, `encoder_attention_mask`, ... for a batch of one. */
  readonly feeds: Feeds
  /** Remarks for the user, such as a prompt that was cut. */
  readonly notes: readonly string[]
}

export type Encode = (texts: readonly PromptText[], options: EncodeOptions) => Promise<readonly EncodedText[]>
