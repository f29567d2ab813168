import { sizeOf } from '../file-stamp.ts'
import type { InspectReply, InspectRequest } from '../protocol.ts'
import type { ModelFile } from '../read-model.ts'
import { digestOf } from './hash-model.ts'

/** What was asked of a model that was read. @throws WorkerFailure `model-unreadable`. */
export async function inspectModel({ kind }: InspectRequest, model: ModelFile): Promise<InspectReply> {
  if (kind === 'size') return { kind: 'measured', bytes: model.bytes.length + externalBytes(model) }
  return { kind: 'digested', digested: await digestOf(model, undefined, () => {}) }
}

export function externalBytes({ external }: ModelFile): number {
  return sizeOf(external.map(({ stamp }) => stamp))
}
