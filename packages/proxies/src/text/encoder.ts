import { type ConfigFile, type FastFlowError, type JsonField, reasonOf } from '@fastflow/core'
import { Tokenizer } from '@huggingface/tokenizers'

/** A text's ids by the library, which takes documents as they come; here every id is one. */
export interface Encoder {
  /**
   * @param bare without the tokens that begin and end every text.
   * @throws FastFlowError `model-unreadable` where the document has no id for a part of the text.
   */
  encode(text: string, bare?: boolean): readonly number[]
  idOf(token: string): number | undefined
}

/** What is used of the library, whose own types do not resolve under `nodenext`. */
interface Library {
  encode(
    text: string,
    options: { readonly add_special_tokens: boolean },
  ): { readonly ids: readonly unknown[] }
  token_to_id(token: string): number | undefined
}

/** Ids of all models fit, and so do tables of embeddings. */
const ID = { least: 0, most: 2 ** 31 - 1 } as const

/** @throws FastFlowError `model-unreadable` naming the field of the document. */
export function openEncoder(document: ConfigFile, settings: ConfigFile): Encoder {
  const refuse = (cause: unknown): FastFlowError => {
    return document.damaged(`is not a tokenizer this version reads (${reasonOf(cause)})`, cause)
  }
  checkDocument(document)
  let library: Library
  try {
    library = new Tokenizer(document.values, settings.values)
  } catch (cause) {
    throw refuse(cause)
  }
  return {
    encode(text, bare = false) {
      let ids: readonly unknown[]
      try {
        ids = library.encode(text, { add_special_tokens: !bare }).ids
      } catch (cause) {
        throw refuse(cause)
      }
      if (ids.every(isId)) return ids
      throw document.at('model').at('unk_token').wrong('is no token, and a part of the text has none')
    },
    idOf: (token) => library.token_to_id(token),
  }
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= ID.least && Number(value) <= ID.most
}

/** Checks what the library would believe, or write to the console about; what else there is, it refuses itself. */
function checkDocument(document: ConfigFile): void {
  if (document.has('model') && !document.at('model').at('vocab').empty) checkModel(document.at('model'))
  for (const token of document.has('added_tokens') ? document.at('added_tokens').items() : []) {
    token.at('id').whole(ID)
    if (token.at('content').text() === '') throw token.at('content').wrong('is empty')
  }
  for (const part of ['normalizer', 'pre_tokenizer']) checkPatterns(document.at(part))
}

/** Patterns are a text or an expression, wherever they are. */
function checkPatterns(part: JsonField): void {
  if (typeof part.value !== 'object' || part.value === null) return
  const names = Array.isArray(part.value) ? [] : Object.keys(part.value)
  for (const inner of Array.isArray(part.value) ? part.items() : names.map((name) => part.at(name)))
    checkPatterns(inner)
  const pattern = names.includes('pattern') ? part.at('pattern') : undefined
  if (pattern === undefined || pattern.empty) return
  const known = ['String', 'Regex'].find((name) => pattern.at(name).value !== undefined)
  if (known === undefined) throw pattern.wrong('is neither { String } nor { Regex }')
  pattern.at(known).text()
}

/** Vocabularies have hundreds of thousands of entries: only one that is wrong is looked at as a field. */
function checkModel(model: JsonField): void {
  const vocab = model.at('vocab')
  if (Array.isArray(vocab.value)) {
    const wrong = vocab.value.findIndex((entry) => !isScored(entry))
    if (wrong >= 0) throw vocab.items()[wrong]!.wrong('is not a token and its score')
    const { length } = vocab.value
    if (!model.at('unk_id').empty) model.at('unk_id').whole({ least: 0, most: length - 1 })
  } else {
    const wrong = Object.entries(vocab.record()).find(([, id]) => !isId(id))
    if (wrong !== undefined) vocab.at(wrong[0]).whole(ID)
  }
  const merges = model.at('merges')
  const broken = merges.empty ? [] : merges.items().filter(({ value }) => !isMerge(value))
  if (broken.length > 0) throw broken[0]!.wrong('is not a pair of tokens')
}

function isScored(entry: unknown): boolean {
  return (
    Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' && Number.isFinite(entry[1])
  )
}

function isMerge(merge: unknown): boolean {
  if (typeof merge === 'string') return /^[^ ]+ [^ ]+$/.test(merge)
  return Array.isArray(merge) && merge.length === 2 && merge.every((token) => typeof token === 'string')
}
