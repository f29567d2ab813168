import type { MaskedPrompt } from '../text/encoder-part.ts'
import { checkItems, checkObject, checkTensor } from './check-arguments.ts'
import type { EncodedText } from './encoding.ts'
import { readingNotes } from './texts.ts'

/** What networks are fed of prompts that one encoder reads: vectors of tokens, and which of them are padding. @throws FastFlowError `invalid-argument` naming the argument. */
export function maskedText(prompt: MaskedPrompt): EncodedText {
  checkObject('prompt', prompt, '{ embeddings, mask, readings }')
  const { embeddings, mask, readings } = prompt
  checkTensor('prompt.embeddings', embeddings)
  checkTensor('prompt.mask', mask)
  checkItems('prompt.readings', readings)
  return {
    feeds: { encoder_hidden_states: embeddings, encoder_attention_mask: mask },
    notes: readingNotes(readings),
  }
}
