import type { JsonField } from '@fastflow/core'
import type { AddedToken } from '../added/added-token.ts'
import { createAddedVocabulary } from '../added/added-vocabulary.ts'
import type { Model } from '../models/model.ts'
import { spacedChinese } from '../normalizers/bert.ts'
import { mapping } from '../normalizers/mapping.ts'
import { inverted, regexMatcher } from '../pattern/spans.ts'
import { splitBy } from '../pattern/split.ts'
import { translatePattern } from '../pattern/translate.ts'
import type { Normalizer, PreTokenizer } from '../piece.ts'
import { splitEach } from '../piece.ts'
import { enclose } from '../post-processors/read.ts'
import { assemble, type Tokenizer } from '../tokenizer.ts'
import { toByteLevel } from '../unicode/byte-level.ts'
import { lowercase, normalize } from '../unicode/normalize.ts'
import { isWhitespace, unassignedInPython } from '../unicode/sets.ts'
import { byteBpe, idOf } from './byte-bpe.ts'
import { readAddedTokens, specialToken } from './special-tokens.ts'

const BEGIN = '<|startoftext|>'
const END = '<|endoftext|>'
/** Lines of `merges.txt` that are read, behind the first one. */
const MERGES = 48_894
const WORDS = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"
/** Where case is ignored, U+0345 goes with iota: no letter, and not what is no letter. */
const WORDS_WITHOUT_CASE = WORDS.replace('[^', '[^\\u0345')
/** Case is ignored there; of texts in lower case that leaves the long s. */
const MARKS = "<\\|[sſ]tartoftext\\|>|<\\|endoftext\\|>|'ſ"

/** Where the two classes of `transformers` differ. */
interface Variant {
  readonly words: string
  readonly normalizer: Normalizer
  /** What becomes of the tokens that the files list. */
  tokens(tokens: readonly AddedToken[]): readonly AddedToken[]
  model(model: Model, begin: number, end: number): Model
}

/** `CLIPTokenizer`: BERT's cleaning, or ftfy's where it is given; lower case; tokens found before that. */
export function clipTokenizer(
  files: JsonField,
  settings: JsonField,
  fixText: ((text: string) => string) | undefined,
): Tokenizer {
  const clean = (text: string): string =>
    fixText === undefined
      ? spacedChinese(cleaned(text)).normalize('NFC')
      : fixText(text).replace(/\s+/gu, ' ').trim()
  return build(files, settings, {
    words: `${MARKS}|${WORDS_WITHOUT_CASE}`,
    normalizer: mapping((text) => clean(text).toLowerCase()),
    tokens: (tokens) => tokens.map((token) => ({ ...token, normalized: false })),
    model: withMarks,
  })
}

/** `CLIPTokenizerFast`, as it is converted from the files. */
export function fastClipTokenizer(files: JsonField, settings: JsonField): Tokenizer {
  return build(files, settings, {
    words: WORDS,
    normalizer: mapping((text) => lowercase(blanked(normalize(text, 'NFC')))),
    tokens: (tokens) => tokens,
    model: (model) => model,
  })
}

function build(files: JsonField, settings: JsonField, variant: Variant): Tokenizer {
  const unknown = specialToken(files, settings, 'unk_token') ?? END
  const lines = files.at('merges').text().trim().split('\n')
  const bpe = byteBpe(files, lines.slice(1, 1 + MERGES), { suffix: '</w>', unknown })
  const defaults = { bos_token: BEGIN, eos_token: END, unk_token: END, pad_token: END }
  const tokens = variant.tokens(readAddedTokens(files, settings, defaults, true))
  const begin = idOf(
    specialToken(files, settings, 'bos_token') ?? BEGIN,
    tokens,
    bpe,
    settings.at('bos_token'),
  )
  const end = idOf(specialToken(files, settings, 'eos_token') ?? END, tokens, bpe, settings.at('eos_token'))
  const model = variant.model(bpe, begin, end)
  return assemble({
    model,
    normalizer: variant.normalizer,
    preTokenizer: wordsOf(variant.words, files),
    added: createAddedVocabulary(tokens, model, variant.normalizer, settings.at('added_tokens_decoder')),
    postProcessor: enclose(begin, end),
  })
}

function wordsOf(pattern: string, files: JsonField): PreTokenizer {
  const split = splitBy(inverted(regexMatcher(translatePattern(pattern, files))), 'Removed')
  return splitEach((piece) => split(piece).map((word) => ({ ...word, text: toByteLevel(word.text) })))
}

/** The marks of begin and end are tokens where the text spells them, in any case. */
function withMarks(model: Model, begin: number, end: number): Model {
  const marks = new Map([
    [BEGIN, model.vocab.get(BEGIN) ?? begin],
    [END, model.vocab.get(END) ?? end],
  ])
  return {
    ...model,
    tokenize(piece, ids) {
      const mark = marks.get(piece)
      if (mark === undefined) model.tokenize(piece, ids)
      else ids.push(mark)
    },
  }
}

/** Without control characters and what is unassigned; the rest of white space separates as it is. */
function cleaned(text: string): string {
  let kept = ''
  for (const char of text) {
    const code = char.codePointAt(0)!
    if (code === 9 || code === 10 || code === 13) kept += ' '
    else if (code !== 0xfffd && !unassignedInPython.has(code) && !/\p{C}/u.test(char)) kept += char
  }
  return kept
}

/** Runs of white space as one space. */
function blanked(text: string): string {
  let blank = ''
  let before = false
  for (const char of text) {
    const is = isWhitespace(char.codePointAt(0)!)
    if (!is) blank += char
    else if (!before) blank += ' '
    before = is
  }
  return blank
}
