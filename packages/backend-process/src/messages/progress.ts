import type { FastFlowErrorCode, LoadProgress } from '@fastflow/core'
import { countIn, recordIn, textIn } from './values.ts'

const statuses: readonly unknown[] = ['initiate', 'progress', 'done'] satisfies LoadProgress['status'][]

/** Progress of loading, without the name of the folder. @throws RangeError */
export function readProgress(value: unknown): Omit<LoadProgress, 'name'> {
  const { status, file, progress, loaded, total } = recordIn(value)
  if (!statuses.includes(status)) throw new RangeError('progress of no known kind')
  return {
    status: status as LoadProgress['status'],
    file: textIn(file),
    ...(progress !== undefined && { progress: countIn(progress) }),
    ...(loaded !== undefined && { loaded: countIn(loaded) }),
    ...(total !== undefined && { total: countIn(total) }),
  }
}

/** A `FastFlowError` on its way between processes (class and marker do not survive). */
export interface Failure<Code extends FastFlowErrorCode = FastFlowErrorCode> {
  readonly code: Code
  readonly field: string
  readonly message: string
}

/** @param codes that may come. @throws RangeError */
export function readFailure<Code extends FastFlowErrorCode>(
  value: unknown,
  codes: readonly Code[],
): Failure<Code> {
  const { code, field, message } = recordIn(value)
  const known = codes.find((one) => one === code)
  if (known === undefined) throw new RangeError('a failure of no known kind')
  return { code: known, field: textIn(field), message: textIn(message).replace(/\s+/g, ' ').trim() }
}
