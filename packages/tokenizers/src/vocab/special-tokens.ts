import { isRecord } from '@fastflow/core'
import { type AddedToken, readAddedToken } from '../added/added-token.ts'
import { unreadable } from '../errors.ts'
import { type Fields, fieldsOf, isString, wholeOf } from '../fields.ts'

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
export function specialToken(files: Fields, settings: Fields, name: Name): string | undefined {
  for (const fields of sources(files, settings)) {
    const value = fields.value(name)
    const content = isRecord(value) ? value.content : value
    if (content === undefined || content === null) continue
    if (isString(content)) return content
    throw unreadable(fields.at(name), 'is no token')
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
  files: Fields,
  settings: Fields,
  defaults: Readonly<Partial<Record<Name, string>>>,
  normalized: boolean,
): readonly AddedToken[] {
  const special = new Set<string>()
  for (const name of NAMES) {
    const content = specialToken(files, settings, name) ?? defaults[name]
    if (content !== undefined) special.add(content)
  }
  for (const content of additional(files, settings)) special.add(content)
  const tokens = settings.has('added_tokens_decoder')
    ? fromDecoder(settings.record('added_tokens_decoder'), settings.value('added_tokens_decoder') as object)
    : fromMap(files, special)
  const known = new Set(tokens.map(({ content }) => content))
  const missing = [...special].filter((content) => !known.has(content))
  return [...tokens, ...missing.map((content): AddedToken => ({ ...plain(content, true), normalized }))]
}

function sources(files: Fields, settings: Fields): readonly Fields[] {
  return files.has('specialTokensMap') ? [settings, files.record('specialTokensMap')] : [settings]
}

function additional(files: Fields, settings: Fields): readonly string[] {
  const fields = sources(files, settings).find((source) => source.has('additional_special_tokens'))
  if (fields === undefined) return []
  return fields.list('additional_special_tokens').map((value, k) => {
    const content = isRecord(value) ? value.content : value
    if (isString(content)) return content
    throw unreadable(`${fields.at('additional_special_tokens')}[${k}]`, 'is no token')
  })
}

/** `added_tokens_decoder`: tokens by their id. */
function fromDecoder(fields: Fields, entries: object): readonly AddedToken[] {
  return Object.entries(entries)
    .map(([key, value]): AddedToken & { readonly id: number } => {
      const path = `${fields.path}[${JSON.stringify(key)}]`
      return { ...readAddedToken(value, path), id: wholeOf(key === '' ? undefined : Number(key), path, 0) }
    })
    .sort((one, other) => one.id - other.id)
}

/** `added_tokens.json`: ids by their token. */
function fromMap(files: Fields, special: ReadonlySet<string>): readonly AddedToken[] {
  if (!files.has('addedTokens')) return []
  const { path } = fieldsOf(files.value('addedTokens'), files.at('addedTokens'))
  return Object.entries(files.value('addedTokens') as object).map(([content, id]) => ({
    ...plain(content, special.has(content)),
    id: wholeOf(id, `${path}[${JSON.stringify(content)}]`, 0),
  }))
}

function plain(content: string, special: boolean): AddedToken {
  return { content, special, normalized: !special, singleWord: false, leftStrip: false, rightStrip: false }
}
