import type { ArmPrior, BanditBase, InitOptions, State } from './bandit.ts'
import { checkArms, checkPrior, checkRecord, checkWorker, type Range } from './check.ts'

/** What the handling of states needs to know of one algorithm's rows. */
export interface RowShape<Row> {
  readonly kind: string
  /** Range of prior means; undefined where priors are refused. */
  readonly priorMeans: Range | undefined
  empty(arms: number): Row
  pulls(row: Row): number
  /** All numbers of a row in a fixed order: settles ties between rows of equal pulls. */
  numbers(row: Row): readonly number[]
  read(field: string, value: unknown, arms: number): Row
}

/** Statistics by worker, in sorted order. */
export interface Rows<Row> {
  readonly rows: Readonly<Record<string, Row>>
}

/** The methods of a bandit that handle its state and are the same for all algorithms. */
export type StateMethods<Row> = Pick<BanditBase<Row, never>, 'init' | 'merge' | 'parse'>

export function stateMethods<Row>(shape: RowShape<Row>): StateMethods<Row> {
  return {
    init: (options) => initState(shape, options),
    merge: (a, b) => mergeStates(shape, a, b),
    parse: (document) => parseState(shape, document),
  }
}

/** @throws TypeError when `state` belongs to another algorithm. */
export function checkKind(shape: { readonly kind: string }, state: { readonly kind: string }): void {
  if (state.kind === shape.kind) return
  throw new TypeError(`kind: the state belongs to '${state.kind}', this bandit is '${shape.kind}'`)
}

/** The row of `worker`, empty when it has none yet. */
export function rowOf<Row>(shape: RowShape<Row>, state: State<Row>, worker: string): Row {
  return ownRow(state, worker) ?? shape.empty(state.arms)
}

/** `state` with the row of `worker` replaced; the other rows are shared. */
export function withRow<S extends Rows<unknown>>(state: S, worker: string, row: S['rows'][string]): S {
  if (Object.hasOwn(state.rows, worker)) return { ...state, rows: { ...state.rows, [worker]: row } }
  return { ...state, rows: sorted([...Object.entries(state.rows), [worker, row]]) }
}

export function workerOf(observed: { readonly worker?: string }): string {
  return observed.worker === undefined ? 'local' : checkWorker(observed.worker)
}

function initState<Row>(shape: RowShape<Row>, options: InitOptions): State<Row> {
  const arms = checkArms('arms', options.arms)
  const prior = readPrior(shape, options.prior, arms)
  return { version: 1, kind: shape.kind, arms, ...(prior && { prior }), rows: {} }
}

function mergeStates<Row>(shape: RowShape<Row>, a: State<Row>, b: State<Row>): State<Row> {
  checkKind(shape, a)
  checkKind(shape, b)
  if (a.arms !== b.arms) {
    throw new RangeError(`arms: states of ${a.arms} and ${b.arms} arms do not merge`)
  }
  if (!samePrior(a.prior, b.prior)) {
    throw new RangeError('prior: states with different priors do not merge; start both from the same prior')
  }
  return { ...a, rows: mergeRows(shape, a, b) }
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
  shape: { readonly kind: string },
  document: unknown,
): Readonly<Record<string, unknown>> {
  const fields = checkRecord('state', document)
  const { version, kind } = fields
  if (version !== 1) throw new RangeError(`version: must be 1, got ${JSON.stringify(version)}`)
  if (kind === shape.kind) return fields
  throw new TypeError(`kind: the state belongs to ${JSON.stringify(kind)}, this bandit is '${shape.kind}'`)
}

export function readRows<Row>(
  rows: unknown,
  read: (field: string, row: unknown) => Row,
): Record<string, Row> {
  const entries = Object.entries(checkRecord('rows', rows))
  return sorted(
    entries.map(([worker, row]): [string, Row] => [checkWorker(worker), read(`rows.${worker}`, row)]),
  )
}

function readPrior<Row>(shape: RowShape<Row>, prior: unknown, arms: number): ArmPrior[] | undefined {
  if (prior === undefined) return undefined
  if (shape.priorMeans === undefined) throw new RangeError(`prior: '${shape.kind}' takes none; leave it out`)
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
