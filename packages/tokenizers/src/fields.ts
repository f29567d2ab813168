import { isRecord } from '@fastflow/core'
import { unreadable, unsupported } from './errors.ts'

/** Most that an id may be: pairs of ids stay exact as one number. */
const MAX_ID = 67_108_863

/** An object of an untrusted document; fields are checked as they are read, errors name the path. */
export interface Fields {
  readonly path: string
  /** True unless the field is missing or null. */
  has(name: string): boolean
  /** Path of a field, for errors. */
  at(name: string): string
  value(name: string): unknown
  /** The fields below take `otherwise` where the field is missing or null; without one it has to be there. */
  string(name: string, otherwise?: string): string
  boolean(name: string, otherwise?: boolean): boolean
  /** A whole number from `least` to `MAX_ID`. */
  whole(name: string, least: number, otherwise?: number): number
  record(name: string): Fields
  list(name: string): readonly unknown[]
  /** One of a few names. */
  oneOf<Name extends string>(name: string, names: readonly Name[], otherwise?: Name): Name
}

/** @throws FastFlowError `model-unreadable` where `value` is not an object. */
export function fieldsOf(value: unknown, path: string): Fields {
  if (!isRecord(value)) throw unreadable(path, 'is not an object')
  const at = (name: string): string =>
    /^[\w-]+$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`
  const read = (name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined)
  const checked = <T>(name: string, is: (field: unknown) => field is T, what: string, otherwise?: T): T => {
    const field = read(name) ?? otherwise
    if (is(field)) return field
    throw unreadable(at(name), `is not ${what}`)
  }
  return {
    path,
    at,
    has: (name) => (read(name) ?? undefined) !== undefined,
    value: read,
    string: (name, otherwise) => checked(name, isString, 'a text', otherwise),
    boolean: (name, otherwise) => checked(name, isBoolean, 'true or false', otherwise),
    whole: (name, least, otherwise) => wholeOf(read(name) ?? otherwise, at(name), least),
    record: (name) => fieldsOf(read(name), at(name)),
    list: (name) => checked(name, isList, 'a list'),
    oneOf(name, names, otherwise) {
      const field = read(name) ?? otherwise
      const found = names.find((known) => known === field)
      if (found !== undefined) return found
      throw unsupported(at(name), `${JSON.stringify(field) ?? 'nothing'} is none of ${names.join(', ')}`)
    },
  }
}

/** @throws FastFlowError `model-unreadable` for anything but a whole number from `least` to `MAX_ID`. */
export function wholeOf(value: unknown, path: string, least: number): number {
  if (isWhole(value, least)) return value
  throw unreadable(path, `is not a whole number from ${least} to ${MAX_ID}`)
}

export function isWhole(value: unknown, least: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= MAX_ID
}

/** What a part of the document says it is, and what reads it. */
export function byType<T>(fields: Fields, readers: ReadonlyMap<string, (fields: Fields) => T>): T {
  const type = fields.string('type')
  const reader = readers.get(type)
  if (reader !== undefined) return reader(fields)
  throw unsupported(fields.at('type'), `${JSON.stringify(type)} is none of ${[...readers.keys()].join(', ')}`)
}

export function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}
