import { type ConfigFile, invalidArgument, isRecord, type ModelFolder, readConfig } from '@fastflow/core'
import {
  checkFunction,
  checkMethods,
  checkOneOf,
  checkOptions,
  checkText,
  checkWhole,
  type OptionNames,
  shown,
} from '@fastflow/core/backend'
import { cut } from './cut.ts'
import { type OpenEncoder, openEncoder } from './open-encoder.ts'

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
  /** Tokens a text is padded or cut to, unless it is told another length. */
  readonly maxLength: number
  /**
   * A text that is too long loses its last words, never its end token.
   *
   * @param length tokens to pad or cut to, instead of `maxLength`.
   */
  tokenize(text: string, length?: number): Tokens
}

/** Where a tokenizer is, and how long its texts are. */
export interface TokenizerOptions {
  /** Path of `tokenizer.json` inside the folder; `tokenizer_config.json` lies beside it. */
  readonly path: string
  /** Tokens a text is padded or cut to, where `tokenizer_config.json` says this. */
  lengthOf(settings: ConfigFile): number
  /** The side that padding goes to; by default what `tokenizer_config.json` says, else the right one. */
  readonly paddingSide?: 'left' | 'right'
  /** What `CLIPTokenizer` reads in place of a text: ftfy's `fix_text`, as `transformers` has it where ftfy is installed. */
  readonly fixText?: (text: string) => string
}

const names: OptionNames<TokenizerOptions> = { path: true, lengthOf: true, paddingSide: true, fixText: true }

/** What Qwen's and CLIP's tokenizers pad with where no file says it. */
const PAD = '<|endoftext|>'

/**
 * Reads a tokenizer: `tokenizer.json`, the format of Hugging Face `tokenizers`, or where there is none `vocab.json` and
 * `merges.txt` beside it, as CLIP and Qwen have them.
 *
 * @throws FastFlowError `invalid-argument`, `model-not-found`, `model-unreadable`.
 */
export async function readTokenizer(folder: ModelFolder, options: TokenizerOptions): Promise<TextTokenizer> {
  checkMethods('folder', folder, ['has', 'read'], 'a model folder, as open() of a backend gives it')
  checkOptions('options', options, names)
  const { path, lengthOf, fixText, paddingSide } = options
  checkText('path', path, 'the path of tokenizer.json inside the folder')
  checkFunction('lengthOf', lengthOf, '(settings) => tokens')
  if (fixText !== undefined) checkFunction('fixText', fixText, '(text) => text')
  if (paddingSide !== undefined) checkOneOf('paddingSide', paddingSide, ['left', 'right'])
  const settings = await readConfig(folder, path.replace(/[^/]*$/, 'tokenizer_config.json'))
  const maxLength = checkWhole('lengthOf', lengthOf(settings), 1)
  const open = await openEncoder(folder, path, settings, fixText)
  const { encoder, document } = open
  const own = encoder.encode('').ids.length
  if (own > maxLength) throw document.wrong('post_processor', `adds ${own} tokens to texts of ${maxLength}`)
  const pad = padOf(open)
  const unknownId = idOf(open, 'unk_token')
  const left = (paddingSide ?? settings.at('padding_side').value) === 'left'
  const hasUnknown = (text: string): boolean =>
    unknownId !== undefined && encoder.encode(text, { addSpecialTokens: false }).ids.includes(unknownId)
  return {
    maxLength,
    tokenize(text, length = maxLength) {
      if (typeof text !== 'string') throw invalidArgument('text', `${shown(text)} is not a text`)
      const room = checkWhole('length', length, Math.max(1, own))
      const whole = cut(encoder, text, room)
      const padding = Array.from({ length: room - whole.ids.length }, () => 0)
      const padded = (list: readonly number[], rest: readonly number[]) =>
        left ? [...rest, ...list] : [...list, ...rest]
      return {
        ids: padded(
          whole.ids,
          padding.map(() => pad),
        ),
        mask: padded(
          whole.ids.map(() => 1),
          padding,
        ),
        length: whole.length,
        unknown: hasUnknown(text) ? text.split(/\s+/).filter(hasUnknown) : [],
      }
    },
  }
}

function padOf(open: OpenEncoder): number {
  const id = idOf(open, 'pad_token') ?? open.encoder.tokenToId(PAD)
  if (id !== undefined) return id
  throw open.named[0]!.wrong('pad_token', 'is not in the vocabulary of tokenizer.json')
}

/** The id of a special token; undefined where no file names it. */
function idOf({ encoder, named }: OpenEncoder, field: string): number | undefined {
  for (const file of named) {
    const name = tokenName(file, field)
    if (name === undefined) continue
    const id = encoder.tokenToId(name)
    if (id !== undefined) return id
    throw file.wrong(field, 'is not in the vocabulary')
  }
  return undefined
}

/** Older folders write special tokens as objects. */
function tokenName(settings: ConfigFile, field: string): string | undefined {
  const { value } = settings.at(field)
  const name = isRecord(value) ? value.content : value
  return typeof name === 'string' && name !== '' ? name : undefined
}
