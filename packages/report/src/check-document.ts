import { invalidArgument, isRecord } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'

/** A document that holds these lists of documents. @param wanted what to pass instead. @throws FastFlowError `invalid-argument`. */
export function checkDocument(name: string, value: unknown, lists: readonly string[], wanted: string): void {
  if (!isRecord(value)) throw invalidArgument(name, `is ${shown(value)}; pass ${wanted}`)
  for (const list of lists) checkRows(`${name}.${list}`, value[list], wanted)
}

/** A list of documents. @throws FastFlowError `invalid-argument`. */
export function checkRows(name: string, value: unknown, wanted: string): void {
  if (Array.isArray(value) && value.every(isRecord)) return
  throw invalidArgument(name, `is ${shown(value)}; pass ${wanted}`)
}
