import { documentOf } from '../document.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { clipTokenizer, fastClipTokenizer } from './clip.ts'
import { qwen2Tokenizer } from './qwen2.ts'

/** What `transformers` keeps of a tokenizer that has no `tokenizer.json`. */
export interface VocabFiles {
  /** `vocab.json`, parsed: tokens and their ids. */
  readonly vocab: unknown
  /** `merges.txt` as it is. */
  readonly merges: string
  /** `tokenizer_config.json`, parsed. Its `tokenizer_class` says how texts are split. */
  readonly settings: unknown
  /** `added_tokens.json`, parsed: asked where the settings have no `added_tokens_decoder`. */
  readonly addedTokens?: unknown
  /** `special_tokens_map.json`, parsed: asked for special tokens that the settings do not name. */
  readonly specialTokensMap?: unknown
}

export interface VocabOptions {
  /** What `CLIPTokenizer` reads in place of a text: ftfy's `fix_text`. Without it texts are cleaned as where ftfy is not installed. */
  readonly fixText?: (text: string) => string
}

const CLASSES = ['CLIPTokenizer', 'CLIPTokenizerFast', 'Qwen2Tokenizer', 'Qwen2TokenizerFast'] as const

/**
 * Makes a tokenizer of `vocab.json` and `merges.txt`. Ids equal those of the class of `transformers` that the settings name:
 * `CLIPTokenizer`, `CLIPTokenizerFast`, `Qwen2Tokenizer` or `Qwen2TokenizerFast`.
 *
 * `CLIPTokenizer` asks Python which characters there are, and drops others; this one knows those of Python 3.11, Unicode 14.
 *
 * @throws FastFlowError `model-unreadable` for files that are none, `unsupported` for another class; `field` is the path of
 * what is wrong.
 */
export function tokenizerFromVocab(files: VocabFiles, { fixText }: VocabOptions = {}): Tokenizer {
  const settings = documentOf(files.settings, 'tokenizer_config')
  const read = documentOf({ ...files }, 'files')
  switch (settings.at('tokenizer_class').oneOf(CLASSES, { open: true })) {
    case 'CLIPTokenizer':
      return clipTokenizer(read, settings, fixText)
    case 'CLIPTokenizerFast':
      return fastClipTokenizer(read, settings)
    default:
      return qwen2Tokenizer(read, settings)
  }
}
