import { BanditError } from '@fastflow/bandits'
import type { JsonField } from '@fastflow/core'

/** What a bandit's own reader threw, as the error of the document that its state lies in; what is no fault of the state as it is. */
export function banditFault(field: JsonField, cause: unknown): unknown {
  if (!BanditError.isInstance(cause)) return cause
  const problem = cause.message.slice(cause.field.length + 2)
  return cause.field === 'state' ? field.wrong(problem, cause) : field.wrongAt(cause.field, problem, cause)
}
