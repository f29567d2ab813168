import { type ConfigFile, FastFlowError, type ModelFolder, readConfig } from '@fastflow/core'
import { Tokenizer } from '@huggingface/tokenizers'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** A text as the encoder reads it, padded to the model's length. */
export interface Tokens {
  readonly ids: readonly number[]
  /** 1 for a token of the text, 0 for padding. */
  readonly mask: readonly number[]
  /** Tokens of the text, however many there are, begin and end included. */
  readonly length: number
  /** Words that have letters the vocabulary lacks. */
  readonly unknown: readonly string[]
}

export interface TextTokenizer {
  /** Tokens a text is padded or cut to. */
  readonly maxLength: number
  /** SHA-256, hex, of the tokenizer's file. */
  readonly digest: string
  tokenize(text: string): Tokens
}

/** What is used of the library, whose own types do not resolve under `nodenext`. */
interface Encoder {
  encode(
    text: string,
    options?: { readonly add_special_tokens: boolean },
  ): { readonly ids: readonly number[] }
  token_to_id(token: string): number | undefined
}

const PATH = 'tokenizer/tokenizer.json'
const MAX_LENGTH = 4096

/**
 * Reads `tokenizer/`, in the JSON format of Hugging Face `tokenizers`.
 *
 * @throws FastFlowError `model-not-found`, `model-unreadable`.
 */
export async function readTokenizer(folder: ModelFolder): Promise<TextTokenizer> {
  const settings = await readConfig(folder, 'tokenizer/tokenizer_config.json')
  const maxLength = settings.whole('model_max_length', { least: 1, most: MAX_LENGTH })
  const document = await readConfig(folder, PATH)
  const tokenizer = openTokenizer(folder, document.values, settings.values)
  const pad = idOf(tokenizer, settings, 'pad_token')
  const unknownId = settings.has('unk_token') ? idOf(tokenizer, settings, 'unk_token') : undefined
  const hasUnknown = (text: string): boolean =>
    unknownId !== undefined && tokenizer.encode(text, { add_special_tokens: false }).ids.includes(unknownId)
  return {
    maxLength,
    digest: bytesToHex(sha256(await folder.read(PATH))),
    tokenize(text) {
      const { ids, length } = cut(tokenizer, text, maxLength)
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
  tokenizer: Encoder,
  text: string,
  maxLength: number,
): { readonly ids: readonly number[]; readonly length: number } {
  const { ids } = tokenizer.encode(text)
  const { length } = ids
  if (length <= maxLength) return { ids, length }
  const bare = tokenizer.encode(text, { add_special_tokens: false }).ids
  const added = length - bare.length
  let before = 0
  while (before < added && bare.some((id, k) => ids[before + k] !== id)) before++
  const after = added - before
  return { ids: [...ids.slice(0, maxLength - after), ...ids.slice(length - after)], length }
}

function openTokenizer(folder: ModelFolder, document: object, settings: object): Encoder {
  try {
    return new Tokenizer(document, settings)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new FastFlowError({
      code: 'model-unreadable',
      field: PATH,
      message: `${folder.location}/${PATH}: is not a tokenizer this version reads (${reason}); restore the file`,
      cause,
    })
  }
}

function idOf(tokenizer: Encoder, settings: ConfigFile, field: string): number {
  const token = settings.values[field]
  const id = typeof token === 'string' ? tokenizer.token_to_id(token) : undefined
  if (id !== undefined) return id
  throw settings.wrong(field, 'is not in the vocabulary of tokenizer.json')
}
