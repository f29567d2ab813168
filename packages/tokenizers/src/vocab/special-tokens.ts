import { isRecord, type JsonField } from '@fastflow/core'
import { type AddedToken, readAddedToken } from '../added/added-token.ts'
import { documentOf, ID } from '../document.ts'

/** Settings that name one special token each, in the order in which they are added. */
const NAMES = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
] as const

type Name = (typeof NAMES)[number]

/** The special token that the settings, or else the map of special tokens, name. */
export function specialToken(files: JsonField, settings: JsonField, name: Name): string | undefined {
  for (const source of sources(files, settings)) {
    const content = contentOf(source.at(name))
    if (content !== undefined) return content
  }
  return undefined
}

/**
 * Tokens with the ids that the files give them; special ones that no file lists are added behind.
 *
 * @param defaults what special tokens are where no file names them.
 * @param normalized whether special tokens that no file describes are looked for in the normalized text.
 */
export function readAddedTokens(
  files: JsonField,
  settings: JsonField,
  defaults: Readonly<Partial<Record<Name, string>>>,
  normalized: boolean,
): readonly AddedToken[] {
  const special = new Set<string>()
  for (const name of NAMES) {
    const content = specialToken(files, settings, name) ?? defaults[name]
    if (content !== undefined) special.add(content)
  }
  for (const content of additional(files, settings)) special.add(content)
  const decoder = settings.at('added_tokens_decoder')
  const tokens = decoder.empty ? fromMap(files.at('addedTokens'), special) : fromDecoder(decoder)
  const known = new Set(tokens.map(({ content }) => content))
  const missing = [...special].filter((content) => !known.has(content))
  return [...tokens, ...missing.map((content): AddedToken => ({ ...plain(content, true), normalized }))]
}

function sources(files: JsonField, settings: JsonField): readonly JsonField[] {
  const map = files.at('specialTokensMap')
  return map.empty ? [settings] : [settings, map]
}

function additional(files: JsonField, settings: JsonField): readonly string[] {
  const lists = sources(files, settings).map((source) => source.at('additional_special_tokens'))
  const list = lists.find((found) => !found.empty)
  if (list === undefined) return []
  return list.items().map((token) => {
    const content = contentOf(token)
    if (content !== undefined) return content
    throw token.wrong('is no token')
  })
}

/** A token by itself or with its properties; undefined where none is named. */
function contentOf(token: JsonField): string | undefined {
  const content = (isRecord(token.value) ? token.at('content').value : token.value) ?? undefined
  if (content === undefined || typeof content === 'string') return content
  throw token.wrong('is no token')
}

/** `added_tokens_decoder`: tokens by their id. */
function fromDecoder(decoder: JsonField): readonly AddedToken[] {
  return decoder
    .entries()
    .map(([key, token]): AddedToken & { readonly id: number } => {
      const id = documentOf(key === '' ? key : Number(key), token.path)
      return { ...readAddedToken(token), id: id.whole(ID) }
    })
    .sort((one, other) => one.id - other.id)
}

/** `added_tokens.json`: ids by their token. */
function fromMap(tokens: JsonField, special: ReadonlySet<string>): readonly AddedToken[] {
  if (tokens.empty) return []
  return tokens.entries().map(([content, id]) => ({
    ...plain(content, special.has(content)),
    id: id.whole(ID),
  }))
}

function plain(content: string, special: boolean): AddedToken {
  return { content, special, normalized: !special, singleWord: false, leftStrip: false, rightStrip: false }
}
