import type { ArmPrior, BanditBase, InitOptions, State } from './bandit.ts'
import { checkArms, checkPrior, checkRecord, checkWorker, type Range, show } from './check.ts'
import { BanditError } from './errors.ts'
import { checkOptions, type Names } from './names.ts'

/** What the handling of states needs to know of one algorithm's rows. */
export interface RowShape<Row> {
  readonly kind: string
  /** Range of prior means; undefined where priors are refused. */
  readonly priorMeans: Range | undefined
  /** Rows and priors known to be sound, see {@link isSound}. */
  readonly sound: Sound
  empty(arms: number): Row
  pulls(row: Row): number
  /** All numbers of a row in a fixed order: settles ties between rows of equal pulls. */
  numbers(row: Row): readonly number[]
  read(field: string, value: unknown, arms: number): Row
}

/** Objects that were made or read through here, each with the size of the states it is sound in. */
export type Sound = WeakMap<object, string | number>

/** Statistics by worker, in sorted order. */
export interface Rows<Row> {
  readonly rows: Readonly<Record<string, Row>>
}

/** The methods of a bandit that handle its state and are the same for all algorithms. */
export type StateMethods<Row> = Pick<BanditBase<Row, never>, 'init' | 'merge' | 'parse'>

const initNames: Names<InitOptions> = { arms: true, prior: true }

export function stateMethods<Row>(shape: RowShape<Row>): StateMethods<Row> {
  return {
    init: (options) => initState(shape, options),
    merge: (a, b) => mergeStates(shape, a, b),
    parse: (document) => parseState(shape, document),
  }
}

/**
 * Checks a state that a method is given. What this package made is known and costs a look-up a worker; what comes from
 * elsewhere, unread, is read through once.
 *
 * @throws BanditError naming the field of a state that is damaged or belongs to another algorithm.
 */
export function checkState<Row>(shape: RowShape<Row>, state: State<Row>): void {
  const { arms, prior, rows } = checkDocument(shape, state)
  const count = checkArms('arms', arms)
  if (prior !== undefined && !isSound(shape.sound, prior, count)) {
    readPrior(shape, prior, count)
    shape.sound.set(prior as object, count)
  }
  checkRows(shape.sound, count, rows, (field, row) => shape.read(field, row, count))
}

/** Reads the rows that are not known to be sound. */
export function checkRows(
  sound: Sound,
  size: string | number,
  rows: unknown,
  read: (field: string, row: unknown) => unknown,
): void {
  const known = checkRecord('rows', rows)
  for (const worker of Object.keys(known)) {
    const row = known[worker]
    if (isSound(sound, row, size)) continue
    checkWorker(worker)
    read(rowField(worker), row)
    sound.set(row as object, size)
  }
}

/** Whether an object was read through before, for states of this size. States are never changed in place. */
export function isSound(sound: Sound, value: unknown, size: string | number): boolean {
  return typeof value === 'object' && value !== null && sound.get(value) === size
}

/** The row of `worker`, empty when it has none yet. */
export function rowOf<Row>(shape: RowShape<Row>, state: State<Row>, worker: string): Row {
  return ownRow(state, worker) ?? shape.empty(state.arms)
}

/** `state` with the row of `worker` replaced by one that follows from sound ones; the other rows are shared. */
export function withRow<S extends Rows<unknown>>(
  sound: Sound,
  size: string | number,
  state: S,
  worker: string,
  row: S['rows'][string],
): S {
  sound.set(row as object, size)
  if (Object.hasOwn(state.rows, worker)) return { ...state, rows: { ...state.rows, [worker]: row } }
  return { ...state, rows: sorted([...Object.entries(state.rows), [worker, row]]) }
}

export function workerOf(observed: { readonly worker?: string }): string {
  return observed.worker === undefined ? 'local' : checkWorker(observed.worker)
}

function initState<Row>(shape: RowShape<Row>, options: InitOptions): State<Row> {
  checkOptions('options', options, initNames)
  const arms = checkArms('arms', options.arms)
  const prior = readPrior(shape, options.prior, arms)
  return { version: 1, kind: shape.kind, arms, ...(prior && { prior }), rows: {} }
}

function mergeStates<Row>(shape: RowShape<Row>, a: State<Row>, b: State<Row>): State<Row> {
  checkState(shape, a)
  checkState(shape, b)
  if (a.arms !== b.arms) {
    throw new BanditError('arms', `states of ${a.arms} and ${b.arms} arms do not merge`)
  }
  if (!samePrior(a.prior, b.prior)) throw differentPriors()
  return { ...a, rows: mergeRows(shape, a, b) }
}

export function differentPriors(): BanditError {
  return new BanditError('prior', 'states with different priors do not merge; start both from the same prior')
}

/** For each worker the later of its two rows. */
export function mergeRows<Row>(
  shape: Pick<RowShape<Row>, 'pulls' | 'numbers'>,
  a: Rows<Row>,
  b: Rows<Row>,
): Record<string, Row> {
  const entries = new Map<string, Row>(Object.entries(a.rows))
  for (const [worker, row] of Object.entries(b.rows)) {
    const other = entries.get(worker)
    entries.set(worker, other === undefined ? row : later(shape, other, row))
  }
  return sorted([...entries])
}

function parseState<Row>(shape: RowShape<Row>, document: unknown): State<Row> {
  const { arms, prior, rows } = checkDocument(shape, document)
  const count = checkArms('arms', arms)
  const belief = readPrior(shape, prior, count)
  return {
    version: 1,
    kind: shape.kind,
    arms: count,
    ...(belief && { prior: belief }),
    rows: readRows(rows, (field, row) => shape.read(field, row, count)),
  }
}

/** A document's fields, its version and kind checked. */
export function checkDocument(
  { kind }: { readonly kind: string },
  document: unknown,
): Readonly<Record<string, unknown>> {
  const fields = checkRecord('state', parsed(document))
  if (fields.version !== 1) throw new BanditError('version', `must be 1, got ${show(fields.version)}`)
  if (fields.kind === kind) return fields
  const problem = `the state belongs to ${show(fields.kind)}, this one to '${kind}'`
  throw new BanditError('kind', problem)
}

/** Refuses what was read from a file and not parsed, saying how. */
function parsed(document: unknown): unknown {
  const advice = (got: string, call: string): BanditError =>
    new BanditError('state', `must be an object, got ${got}; pass ${call}`)
  if (typeof document === 'string') throw advice('text', 'JSON.parse(text)')
  if (document instanceof ArrayBuffer || ArrayBuffer.isView(document))
    throw advice('bytes', 'JSON.parse(new TextDecoder().decode(bytes))')
  return document
}

export function readRows<Row>(
  rows: unknown,
  read: (field: string, row: unknown) => Row,
): Record<string, Row> {
  const entries = Object.entries(checkRecord('rows', rows))
  return sorted(
    entries.map(([worker, row]): [string, Row] => [checkWorker(worker), read(rowField(worker), row)]),
  )
}

// Names of workers in a foreign document may be of any length.
function rowField(worker: string): string {
  return `rows.${worker.slice(0, 40)}`
}

function readPrior<Row>(shape: RowShape<Row>, prior: unknown, arms: number): ArmPrior[] | undefined {
  if (prior === undefined) return undefined
  if (shape.priorMeans === undefined)
    throw new BanditError('prior', `'${shape.kind}' takes none; leave it out`)
  return checkPrior(prior, arms, shape.priorMeans)
}

function samePrior(a: readonly ArmPrior[] | undefined, b: readonly ArmPrior[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.every((arm, i) => arm.mean === b[i]?.mean && arm.weight === b[i]?.weight)
}

/** The greater of two rows: by pulls, then by their numbers in turn. */
function later<Row>(shape: Pick<RowShape<Row>, 'pulls' | 'numbers'>, a: Row, b: Row): Row {
  const pulls = shape.pulls(a) - shape.pulls(b)
  if (pulls !== 0) return pulls > 0 ? a : b
  const others = shape.numbers(b)
  for (const [i, value] of shape.numbers(a).entries()) {
    const difference = value - (others[i] ?? 0)
    if (difference !== 0) return difference > 0 ? a : b
  }
  return a
}

// `rows.constructor` must not find what every object inherits.
export function ownRow<Row>(state: Rows<Row>, worker: string): Row | undefined {
  return Object.hasOwn(state.rows, worker) ? state.rows[worker] : undefined
}

// One order for all: sums over rows, and so decisions, do not depend on who was merged first.
function sorted<Row>(entries: [string, Row][]): Record<string, Row> {
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
