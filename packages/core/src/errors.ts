import type { AbortSignalLike } from './abort-signal.ts'

export type FastFlowErrorCode =
  | 'invalid-argument'
  | 'aborted'
  | 'non-finite-velocity'
  | 'model-not-found'
  | 'model-unreadable'
  | 'model-mismatch'
  | 'model-failed'
  | 'limit-exceeded'
  | 'runner-disposed'
  | 'policy-unreadable'
  | 'policy-mismatch'
  | 'output-unwritable'
  | 'unsupported'

export interface FastFlowErrorOptions {
  readonly code: FastFlowErrorCode
  /** The option, input or file that is at fault. */
  readonly field: string
  /** One line: what is wrong and what to do about it. */
  readonly message: string
  readonly cause?: unknown
}

const marker = Symbol.for('fastflow.error')

/** Every error FastFlow throws on purpose; `code` is stable, `message` names the field and the fix. */
export class FastFlowError extends Error {
  override readonly name = 'FastFlowError'
  readonly code: FastFlowErrorCode
  readonly field: string

  constructor(options: FastFlowErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = options.code
    this.field = options.field
    Object.defineProperty(this, marker, { value: true })
  }

  /** True for FastFlow errors of any copy of this package (`instanceof` fails across copies). */
  static isInstance(error: unknown): error is FastFlowError {
    return typeof error === 'object' && error !== null && marker in error
  }
}

/**
 * What a signal throws, wherever it is looked at; its reason, whatever that is, becomes the cause.
 *
 * @param remedy how to go on, where there is more to it than starting again.
 */
export function throwIfAborted(signal: AbortSignalLike | undefined, what: string, remedy?: string): void {
  if (!signal?.aborted) return
  throw new FastFlowError({
    code: 'aborted',
    field: 'signal',
    message: `${what} was cancelled by its signal${remedy === undefined ? '' : `; ${remedy}`}`,
    cause: signal.reason,
  })
}

/** Shorthand for misuse: a value outside what `field` accepts. */
export function invalidArgument(field: string, message: string): FastFlowError {
  // A name that is none, such as a symbol, must not hide what is wrong.
  const name = typeof field === 'string' ? field : typeof field === 'symbol' ? String(field) : 'argument'
  return new FastFlowError({ code: 'invalid-argument', field: name, message: `${name}: ${message}` })
}
