import type { FastFlowError } from '../errors.ts'
import { brief } from './brief.ts'
import { isRecord, type JsonLimits, type JsonSource, jsonError, parseJson } from './json.ts'

/** Least and largest value accepted, both included. */
export interface NumberRange {
  readonly least?: number
  readonly most?: number
}

export interface ListRange extends NumberRange {
  /** Entries it has to have. Default any number. */
  readonly length?: number
  /** Whole numbers only. Default false. */
  readonly whole?: boolean
}

/**
 * A part of a document nobody vouches for, and where it stands in it: `plans[2].weights`. What is asked of it is checked, and
 * errors name the path, so that a reader says what it wants and nothing else. Reads own properties alone.
 *
 * All methods throw FastFlowError of the source's code.
 */
export class JsonField {
  readonly value: unknown
  readonly path: string
  readonly #source: JsonSource

  constructor(value: unknown, source: JsonSource, path = '') {
    this.value = value
    this.path = path
    this.#source = source
  }

  /** The error for this part. `problem` is a predicate, such as `is not a list`. */
  wrong(problem: string, cause?: unknown): FastFlowError {
    const shown = this.path === '' ? problem : `${brief(this.value)} ${problem}`
    return jsonError(this.#source, this.path, shown, cause)
  }

  /** The error for a part of this part that a reader of its own found, by its path there: `rows[2].pulls`. */
  wrongAt(path: string, problem: string, cause?: unknown): FastFlowError {
    const dotted = this.path === '' ? path : `${this.path}.${path}`
    return jsonError(this.#source, dotted, problem, cause)
  }

  /** True where it is missing or null, which many writers use for "not set". */
  get empty(): boolean {
    return this.value === undefined || this.value === null
  }

  /** A field of an object; its value is undefined where the object has none of that name. */
  at(name: string): JsonField {
    const fields = this.record()
    const dotted = this.path === '' ? name : `${this.path}.${name}`
    const path = /^[\w-]+$/.test(name) ? dotted : `${this.path}[${brief(name)}]`
    return new JsonField(Object.hasOwn(fields, name) ? fields[name] : undefined, this.#source, path)
  }

  record(): Readonly<Record<string, unknown>> {
    if (isRecord(this.value)) return this.value
    throw this.wrong('is not a JSON object')
  }

  /** Entries of a list. */
  items(length?: number): readonly JsonField[] {
    const list = this.#list(length)
    return Array.from(list, (value, k) => new JsonField(value, this.#source, `${this.path}[${k}]`))
  }

  /** A finite number. */
  number({ least = -Infinity, most = Infinity }: NumberRange = {}): number {
    const { value } = this
    if (typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most) return value
    throw this.wrong(`is not a ${inRange('number', least, most)}`)
  }

  /** A whole number, exact: by default a count, from 0 to 2^53 - 1. */
  whole({ least = 0, most = Number.MAX_SAFE_INTEGER }: NumberRange = {}): number {
    const { value } = this
    // Adding 0 turns -0 into 0.
    if (Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most)
      return Number(value) + 0
    throw this.wrong(`is not a ${inRange('whole number', least, most)}`)
  }

  /** A list of finite numbers; errors are about the list and name the entry. */
  numbers({ length, whole = false, least = -Infinity, most = Infinity }: ListRange = {}): readonly number[] {
    const list = this.#list(length)
    const fits = whole ? Number.isSafeInteger : Number.isFinite
    // Not every(), which passes over holes.
    for (let k = 0; k < list.length; k++) {
      const entry = list[k]
      if (fits(entry) && Number(entry) >= least && Number(entry) <= most) continue
      const kind = inRange(whole ? 'whole number' : 'finite number', least, most)
      throw this.wrong(`has ${brief(entry)} as entry ${k}, which is not a ${kind}`)
    }
    return list as readonly number[]
  }

  text(): string {
    if (typeof this.value === 'string') return this.value
    throw this.wrong('is not a text')
  }

  flag(): boolean {
    if (typeof this.value === 'boolean') return this.value
    throw this.wrong('is not true or false')
  }

  /** One of these strings or numbers. */
  oneOf<const Value extends string | number>(values: readonly Value[]): Value {
    const found = values.find((value) => value === this.value)
    if (found !== undefined) return found
    throw this.wrong(`is not ${values.map((value) => JSON.stringify(value)).join(' or ')}`)
  }

  #list(length?: number): readonly unknown[] {
    const { value } = this
    if (!Array.isArray(value)) throw this.wrong('is not a list')
    if (length === undefined || value.length === length) return value
    throw this.wrong(`is not a list of ${length} but of ${value.length}`)
  }
}

function inRange(kind: string, least: number, most: number): string {
  if (most === Infinity || (most === Number.MAX_SAFE_INTEGER && least > -Infinity))
    return least === -Infinity ? kind : `${kind} of at least ${least}`
  return least === -Infinity ? `${kind} of at most ${most}` : `${kind} from ${least} to ${most}`
}

/** {@link parseJson}, ready to be read from. */
export function readJson(input: unknown, source: JsonSource, limits?: JsonLimits): JsonField {
  return new JsonField(parseJson(input, source, limits), source)
}
