import { FastFlowError, isRecord, type ModelFolder, readConfig } from '@fastflow/core'
import { Tokenizer } from '@huggingface/tokenizers'

/** A prompt as a text encoder reads it: both lists are `maxLength` long. */
export interface PromptTokens {
  readonly ids: readonly number[]
  /** 1 for a token of the prompt, begin and end included; 0 for padding. */
  readonly mask: readonly number[]
}

export interface PromptTokenizer {
  readonly maxLength: number
  /** A prompt that is too long loses its last words, never its end token. */
  tokenize(prompt: string): PromptTokens
}

/** What is used of the library, whose own types do not resolve under `nodenext`. */
interface Encoder {
  encode(text: string): { readonly ids: readonly number[] }
  token_to_id(token: string): number | undefined
}

const PATH = 'tokenizer.json'
/** Tokens of CLIP's text model, where the folder does not say. */
const CLIP_LENGTH = 77
/** Above this, `model_max_length` is what transformers writes for "not set". */
const MOST = 4096

/**
 * Reads CLIP's byte-level BPE from `tokenizer.json`, in the JSON format of Hugging Face `tokenizers`.
 *
 * @param fixedLength tokens the text model takes, where its input has a fixed length.
 * @throws FastFlowError `model-not-found`, `model-unreadable`.
 */
export async function readPromptTokenizer(
  folder: ModelFolder,
  fixedLength: number | undefined,
): Promise<PromptTokenizer> {
  const document = await readConfig(folder, PATH)
  const settings = await readConfig(folder, 'tokenizer_config.json')
  const encoder = open(folder, document.values, settings.values)
  const stated = settings.values.model_max_length
  const usable = typeof stated === 'number' && Number.isInteger(stated) && stated >= 2 && stated <= MOST
  const maxLength = fixedLength ?? (usable ? stated : CLIP_LENGTH)
  const name = tokenName(settings.values.pad_token)
  const pad = name === undefined ? undefined : encoder.token_to_id(name)
  if (pad === undefined) throw settings.wrong('pad_token', 'is not in the vocabulary of tokenizer.json')
  return {
    maxLength,
    tokenize(prompt) {
      const { ids } = encoder.encode(prompt)
      const kept = ids.length > maxLength ? [...ids.slice(0, maxLength - 1), ids.at(-1)!] : ids
      const padding = Array.from({ length: maxLength - kept.length }, () => 0)
      return { ids: [...kept, ...padding.map(() => pad)], mask: [...kept.map(() => 1), ...padding] }
    },
  }
}

/** Older folders write special tokens as objects. */
function tokenName(value: unknown): string | undefined {
  const name = isRecord(value) ? value.content : value
  return typeof name === 'string' ? name : undefined
}

function open(folder: ModelFolder, document: object, settings: object): Encoder {
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
