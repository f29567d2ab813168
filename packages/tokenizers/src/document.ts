import { JsonField, type JsonSource, type NumberRange } from '@fastflow/core'

/** What an id may be: pairs of ids stay exact as one number. */
export const ID: NumberRange = { least: 0, most: 67_108_863 }

const source: JsonSource = {
  code: 'model-unreadable',
  name: 'tokenizer',
  fix: 'restore the file',
  instead: 'use another tokenizer, or export it without this',
}

/** A document, or a part at `path` of one, whose fields are checked as they are read. */
export function documentOf(value: unknown, path: string): JsonField {
  return new JsonField(value, source, path)
}

/** What a part of the document says it is, and what reads it. */
export function byType<T>(field: JsonField, readers: ReadonlyMap<string, (field: JsonField) => T>): T {
  const type = field.at('type')
  const reader = readers.get(type.text())
  if (reader !== undefined) return reader(field)
  throw type.unsupported(`is none of ${[...readers.keys()].join(', ')}`)
}
