import type { JsonField } from '@fastflow/core'
import { createAddedVocabulary } from '../added/added-vocabulary.ts'
import { mapping } from '../normalizers/mapping.ts'
import { regexMatcher } from '../pattern/spans.ts'
import { splitBy } from '../pattern/split.ts'
import { translatePattern } from '../pattern/translate.ts'
import { splitEach } from '../piece.ts'
import { assemble, type Tokenizer } from '../tokenizer.ts'
import { toByteLevel } from '../unicode/byte-level.ts'
import { normalize } from '../unicode/normalize.ts'
import { byteBpe } from './byte-bpe.ts'
import { readAddedTokens } from './special-tokens.ts'

const END = '<|endoftext|>'
const WORDS =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

/** `Qwen2Tokenizer` and `Qwen2TokenizerFast`. */
export function qwen2Tokenizer(files: JsonField, settings: JsonField): Tokenizer {
  const lines = files
    .at('merges')
    .text()
    .split('\n')
    .filter((line, k) => line.trim() !== '' && !(k === 0 && line.startsWith('#version:')))
  const model = byteBpe(files, lines, { suffix: '', unknown: undefined })
  const normalizer = mapping((text) => normalize(text, 'NFC'))
  const tokens = readAddedTokens(files, settings, { eos_token: END, unk_token: END, pad_token: END }, false)
  const split = splitBy(regexMatcher(translatePattern(WORDS, files)), 'Isolated')
  return assemble({
    model,
    normalizer,
    preTokenizer: splitEach((piece) =>
      split(piece).map((word) => ({ ...word, text: toByteLevel(word.text) })),
    ),
    added: createAddedVocabulary(tokens, model, normalizer, settings.at('added_tokens_decoder')),
    postProcessor: (parts) => parts,
  })
}
