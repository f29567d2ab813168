// FastFlow's own marker: to whoever asks `FastFlowError.isInstance` this is one, though this package imports nothing.
const marker = Symbol.for('fastflow.error')

/**
 * Every error of this package: an argument, option or stored state that cannot be used. `field` names what is at fault, and
 * the message begins with it and says what to pass.
 *
 * It is a `RangeError`, and `FastFlowError.isInstance` of `@fastflow/core` is true of it.
 */
export class BanditError extends RangeError {
  override readonly name = 'BanditError'
  readonly code = 'invalid-argument'
  /** E.g. `arms`, `rows.local.pulls[2]` of a state, or a misspelt option. */
  readonly field: string

  constructor(field: string, problem: string) {
    super(`${field}: ${problem}`)
    this.field = field
    Object.defineProperty(this, marker, { value: true })
  }

  /** True for errors of any copy of this package (`instanceof` fails across copies). */
  static isInstance(error: unknown): error is BanditError {
    return error instanceof Error && marker in error && error.name === 'BanditError'
  }
}
