import { invalidArgument } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'

/** A state that a policy gave before. @throws FastFlowError `invalid-argument` for a list of anything else. */
export function checkList(field: string, list: unknown, isPart: (part: unknown) => boolean): void {
  if (Array.isArray(list) && list.every(isPart)) return
  throw invalidArgument(field, `is ${shown(list)}; pass what init or decide returned`)
}
