import { FastFlowError, type FastFlowErrorCode, invalidArgument } from '../errors.ts'
import { brief } from './brief.ts'
import { spellWords } from './literals.ts'
import { outlineOf } from './outline.ts'
import { decodeUtf8 } from './utf8.ts'

/** What errors say of a document that cannot be used. */
export interface JsonSource {
  readonly code: FastFlowErrorCode
  /** `field` of errors about the document as a whole. */
  readonly name: string
  /** What `field` of errors about a part begins with, e.g. `policy.` for `policy.key`. Default nothing. */
  readonly prefix?: string
  /** Where it came from; messages begin with it, e.g. `models/x/config.json:`. Default its name. */
  readonly place?: string
  /** What to do about it; messages end with it. */
  readonly fix: string
  /** The same where a part asks for what this version does not do. Default `fix`. */
  readonly instead?: string
}

export interface JsonLimits {
  /** Levels of lists and objects inside each other. Default 100: documents of this project and its models have less than 15. */
  readonly maxDepth?: number
  /** Bytes, or characters of text. Default 64 MiB; the largest tokenizers take 35. */
  readonly maxBytes?: number
  /**
   * Reads `NaN`, `Infinity` and `-Infinity` outside of strings as the numbers they name, as Python writes them into
   * configurations. Default false, which refuses them as JSON does.
   */
  readonly words?: boolean
}

const anything: JsonSource = {
  code: 'invalid-argument',
  name: 'json',
  fix: 'give one JSON document in UTF-8',
}

/** True for what JSON calls an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The error for a document, or for its part at `path`. `problem` is a predicate, such as `is not a list`. */
export function jsonError(source: JsonSource, path: string, problem: string, cause?: unknown): FastFlowError {
  const { code, name, prefix = '', place, fix } = source
  const about = path === '' ? (place ?? `${name}:`) : `${place ?? ''} ${path}:`
  const message = `${about} ${problem}; ${fix}`.trimStart()
  return new FastFlowError({ code, field: path === '' ? name : prefix + path, message, cause })
}

/**
 * The value of a JSON document nobody vouches for, from text or bytes in UTF-8; a byte order mark is skipped.
 *
 * Refused before anything recursive sees it: too many bytes, malformed UTF-8, too deep nesting, and an object that has a
 * name twice, of which readers disagree which one counts. Names such as `__proto__` are data like any other, own
 * properties of what is returned. Numbers may be infinite (`1e999`); {@link JsonField} checks them where they are used.
 *
 * @throws FastFlowError of the code and field that `source` says.
 */
export function parseJson(input: unknown, source: JsonSource = anything, limits: JsonLimits = {}): unknown {
  checkOptions('source', source, '{ code, name, fix }')
  checkOptions('limits', limits, '{ maxDepth, maxBytes, words }')
  const { maxDepth = 100, maxBytes = 2 ** 26, words = false } = limits
  const refuse = (problem: string, cause?: unknown): FastFlowError => jsonError(source, '', problem, cause)
  if (!isJsonInput(input)) throw refuse('is neither text nor bytes')
  if (input.length > maxBytes) throw refuse(`has ${input.length} bytes, at most ${maxBytes} are read`)
  const decoded = typeof input === 'string' ? input : decodeUtf8(input)
  if (decoded === undefined) throw refuse('is not valid JSON: its bytes are not UTF-8')
  const text = decoded.startsWith('\ufeff') ? decoded.slice(1) : decoded
  const outline = outlineOf(text, maxDepth)
  if (outline.depth > maxDepth) throw refuse(`nests deeper than the ${maxDepth} levels that are read`)
  let value: unknown
  try {
    value = words ? spellWords(text, outline.words) : JSON.parse(text)
  } catch (cause) {
    const isPointer = text.startsWith('version https://git-lfs.github.com/')
    throw refuse(isPointer ? 'is a pointer of Git LFS: fetch it (git lfs pull)' : 'is not valid JSON', cause)
  }
  if (namesIn(value) !== outline.names) throw refuse('is not valid JSON: an object in it has a name twice')
  return value
}

/** Whether {@link parseJson} reads it, rather than taking it for a value that was parsed before. */
export function isJsonInput(input: unknown): input is string | Uint8Array {
  // Not instanceof: bytes may come from another realm.
  return typeof input === 'string' || Object.prototype.toString.call(input) === '[object Uint8Array]'
}

/** Names in all objects of a value: as many as there are colons in its text, unless one hid another. */
function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let names = 0
  if (Array.isArray(value)) {
    for (const part of value) if (typeof part === 'object') names += namesIn(part)
    return names
  }
  const fields = value as Readonly<Record<string, unknown>>
  // Object.values takes three times as long on a vocabulary.
  for (const name of Object.keys(fields)) {
    const part = fields[name]
    names += typeof part === 'object' ? 1 + namesIn(part) : 1
  }
  return names
}

function checkOptions(field: string, value: unknown, wanted: string): void {
  if (!isRecord(value)) throw invalidArgument(field, `${brief(value)} is not ${wanted}`)
}
