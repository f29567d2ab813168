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

export interface Otherwise<Value> {
  /** What counts where it is missing or null. Without it, that is refused. */
  readonly otherwise?: Value
}

export interface OneOfOptions<Value> extends Otherwise<Value> {
  /** Refuses others with {@link JsonField.unsupported}: other versions may know them. Default false. */
  readonly open?: boolean
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

  /**
   * The error for a part of this part that a reader of its own found, by its path there: `rows[2].pulls`, `[7]`, nothing for
   * this part itself. Shows no value.
   */
  wrongAt(path: string, problem: string, cause?: unknown): FastFlowError {
    const dot = this.path === '' || path === '' || path.startsWith('[') ? '' : '.'
    return jsonError(this.#source, `${this.path}${dot}${path}`, problem, cause)
  }

  /** The error, of code `unsupported`, for a sound part that asks for what this version does not do. */
  unsupported(problem: string): FastFlowError {
    const { fix, instead = fix } = this.#source
    const source: JsonSource = { ...this.#source, code: 'unsupported', fix: instead }
    return new JsonField(this.value, source, this.path).wrong(problem)
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

  /** Fields of an object whose names are data; paths quote them all: `ids["a"]`. */
  entries(): readonly (readonly [string, JsonField])[] {
    return Object.entries(this.record()).map(([name, value]) => [
      name,
      new JsonField(value, this.#source, `${this.path}[${brief(name)}]`),
    ])
  }

  /** Entries of a list. */
  items(length?: number): readonly JsonField[] {
    const list = this.list(length)
    return Array.from(list, (value, k) => new JsonField(value, this.#source, `${this.path}[${k}]`))
  }

  /** A finite number. */
  number({ least = -Infinity, most = Infinity }: NumberRange = {}): number {
    const { value } = this
    if (typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most) return value
    throw this.wrong(`is not a ${inRange('number', least, most)}`)
  }

  /** A whole number, exact: by default a count, from 0 to 2^53 - 1. */
  whole({
    least = 0,
    most = Number.MAX_SAFE_INTEGER,
    otherwise,
  }: NumberRange & Otherwise<number> = {}): number {
    const value = this.value ?? otherwise
    // Adding 0 turns -0 into 0.
    if (isWhole(value, least, most)) return value + 0
    throw this.wrong(`is not a ${inRange('whole number', least, most)}`)
  }

  /** A list of finite numbers; errors are about the list and name the entry. */
  numbers({ length, whole = false, least = -Infinity, most = Infinity }: ListRange = {}): readonly number[] {
    const list = this.list(length)
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

  /** An object of whole numbers, such as the ids of a vocabulary; errors name the entry. */
  wholes({ least = 0, most = Number.MAX_SAFE_INTEGER }: NumberRange = {}): Map<string, number> {
    const fields = this.record()
    const wholes = new Map<string, number>()
    for (const name of Object.keys(fields)) {
      const value = fields[name]
      wholes.set(name, isWhole(value, least, most) ? value + 0 : this.at(name).whole({ least, most }))
    }
    return wholes
  }

  text({ otherwise }: Otherwise<string> = {}): string {
    const value = this.value ?? otherwise
    if (typeof value === 'string') return value
    throw this.wrong('is not a text')
  }

  flag({ otherwise }: Otherwise<boolean> = {}): boolean {
    const value = this.value ?? otherwise
    if (typeof value === 'boolean') return value
    throw this.wrong('is not true or false')
  }

  /** One of these strings or numbers. */
  oneOf<const Value extends string | number>(
    values: readonly Value[],
    { otherwise, open = false }: OneOfOptions<NoInfer<Value>> = {},
  ): Value {
    const given = this.value ?? otherwise
    const found = values.find((value) => value === given)
    if (found !== undefined) return found
    const problem = `is not ${values.map((value) => JSON.stringify(value)).join(' or ')}`
    throw open ? this.unsupported(problem) : this.wrong(problem)
  }

  /** A list whose entries nobody has looked at: {@link JsonField.items} of millions take time. */
  list(length?: number): readonly unknown[] {
    const { value } = this
    if (!Array.isArray(value)) throw this.wrong('is not a list')
    if (length === undefined || value.length === length) return value
    throw this.wrong(`is not a list of ${length} but of ${value.length}`)
  }
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most
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
