import {
  type ConfigFile,
  FastFlowError,
  invalidArgument,
  isRecord,
  type ModelFolder,
  readConfig,
} from '@fastflow/core'
import {
  checkFunction,
  checkMethods,
  checkOptions,
  checkText,
  checkWhole,
  type OptionNames,
  shown,
} from '@fastflow/core/backend'
import { createTokenizer, type Tokenizer } from '@fastflow/tokenizers'

/** A text as an encoder reads it; both lists are as long as the model's texts. */
export interface Tokens {
  readonly ids: readonly number[]
  /** 1 for a token of the text, begin and end included; 0 for padding. */
  readonly mask: readonly number[]
  /** Tokens of the text, however many there are, begin and end included. */
  readonly length: number
  /** Words that have letters the vocabulary lacks. */
  readonly unknown: readonly string[]
}

export interface TextTokenizer {
  /** Tokens a text is padded or cut to. */
  readonly maxLength: number
  /** A text that is too long loses its last words, never its end token. */
  tokenize(text: string): Tokens
}

/** Where a tokenizer is, and how long its texts are. */
export interface TokenizerOptions {
  /** Path of `tokenizer.json` inside the folder; `tokenizer_config.json` lies beside it. */
  readonly path: string
  /** Tokens a text is padded or cut to, where `tokenizer_config.json` says this. */
  lengthOf(settings: ConfigFile): number
}

const names: OptionNames<TokenizerOptions> = { path: true, lengthOf: true }

/**
 * Reads a tokenizer in the JSON format of Hugging Face `tokenizers`, byte-level BPE or any other.
 *
 * @throws FastFlowError `invalid-argument`, `model-not-found`, `model-unreadable`.
 */
export async function readTokenizer(folder: ModelFolder, options: TokenizerOptions): Promise<TextTokenizer> {
  checkMethods('folder', folder, ['read'], 'a model folder, as open() of a backend gives it')
  checkOptions('options', options, names)
  const { path, lengthOf } = options
  checkText('path', path, 'the path of tokenizer.json inside the folder')
  checkFunction('lengthOf', lengthOf, '(settings) => tokens')
  const settings = await readConfig(folder, path.replace(/[^/]*$/, 'tokenizer_config.json'))
  const maxLength = checkWhole('lengthOf', lengthOf(settings), 1)
  const document = await readConfig(folder, path)
  const encoder = openTokenizer(folder, path, document.values)
  const own = encoder.encode('').ids.length
  if (own > maxLength) throw document.wrong('post_processor', `adds ${own} tokens to texts of ${maxLength}`)
  const pad = idOf(encoder, settings, 'pad_token')
  const named = tokenName(settings, 'unk_token') !== undefined
  const unknownId = named ? idOf(encoder, settings, 'unk_token') : undefined
  const hasUnknown = (text: string): boolean =>
    unknownId !== undefined && encoder.encode(text, { addSpecialTokens: false }).ids.includes(unknownId)
  return {
    maxLength,
    tokenize(text) {
      if (typeof text !== 'string') throw invalidArgument('text', `${shown(text)} is not a text`)
      const { ids, length } = cut(encoder, text, maxLength)
      const padding = Array.from({ length: maxLength - ids.length }, () => 0)
      return {
        ids: [...ids, ...padding.map(() => pad)],
        mask: [...ids.map(() => 1), ...padding],
        length,
        unknown: hasUnknown(text) ? text.split(/\s+/).filter(hasUnknown) : [],
      }
    },
  }
}

/** The first tokens of a text between the tokens that begin and end every text. */
function cut(
  encoder: Tokenizer,
  text: string,
  maxLength: number,
): { readonly ids: readonly number[]; readonly length: number } {
  const { ids } = encoder.encode(text)
  const { length } = ids
  if (length <= maxLength) return { ids, length }
  const bare = encoder.encode(text, { addSpecialTokens: false }).ids
  const added = length - bare.length
  let before = 0
  while (before < added && bare.some((id, k) => ids[before + k] !== id)) before++
  const after = added - before
  return { ids: [...ids.slice(0, Math.max(0, maxLength - after)), ...ids.slice(length - after)], length }
}

/** The tokenizer of a document; its errors say which file of which folder they are about. */
function openTokenizer(folder: ModelFolder, path: string, document: object): Tokenizer {
  const placed = <Result>(work: () => Result): Result => {
    try {
      return work()
    } catch (cause) {
      if (!FastFlowError.isInstance(cause)) throw cause
      // What this build does not know is about the file as a whole, as where it is none of a tokenizer.
      const field = cause.code === 'unsupported' ? path : cause.field
      const message = `${folder.location}/${path}: ${cause.message}`
      throw new FastFlowError({ code: 'model-unreadable', field, message, cause })
    }
  }
  const tokenizer = placed(() => createTokenizer(document))
  return { ...tokenizer, encode: (text, options) => placed(() => tokenizer.encode(text, options)) }
}

function idOf(encoder: Tokenizer, settings: ConfigFile, field: string): number {
  const name = tokenName(settings, field)
  const id = name === undefined ? undefined : encoder.tokenToId(name)
  if (id !== undefined) return id
  throw settings.wrong(field, 'is not in the vocabulary of tokenizer.json')
}

/** Older folders write special tokens as objects. */
function tokenName(settings: ConfigFile, field: string): string | undefined {
  const { value } = settings.at(field)
  const name = isRecord(value) ? value.content : value
  return typeof name === 'string' && name !== '' ? name : undefined
}
