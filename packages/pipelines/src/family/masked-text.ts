import type { MaskedPrompt } from '../text/encoder-part.ts'
import type { EncodedText } from './encoding.ts'
import { readingNotes } from './texts.ts'

/** What networks are fed of prompts that one encoder reads: vectors of tokens, and which of them are padding. */
export function maskedText({ embeddings, mask, readings }: MaskedPrompt): EncodedText {
  return {
    feeds: { encoder_hidden_states: embeddings, encoder_attention_mask: mask },
    notes: readingNotes(readings),
  }
}
