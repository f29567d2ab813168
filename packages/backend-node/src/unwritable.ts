import { FastFlowError } from '@fastflow/core'
import { errorCode, messageOf } from './failure.ts'

/** The error for what cannot be written; what is no error of the file system comes back as it is. */
export function unwritable(path: string, what: string, cause: unknown): unknown {
  if (FastFlowError.isInstance(cause) || errorCode(cause) === undefined) return cause
  const message = `${path}: ${what} (${messageOf(cause)}); choose a writable folder`
  return new FastFlowError({ code: 'output-unwritable', field: path, message, cause })
}

/** The error for a stored policy that cannot be read; what is no error of the file system comes back as it is. */
export function unreadable(path: string, cause: unknown): unknown {
  if (FastFlowError.isInstance(cause) || errorCode(cause) === undefined) return cause
  return unreadablePolicy(path, messageOf(cause), cause)
}

export function unreadablePolicy(path: string, why: string, cause: unknown): FastFlowError {
  const remedy =
    errorCode(cause) === 'ENOTDIR'
      ? 'a file is where a folder should be: choose another folder'
      : 'restore the file, or delete it to learn anew'
  const message = `${path}: the stored policy cannot be read (${why}); ${remedy}`
  return new FastFlowError({ code: 'policy-unreadable', field: path, message, cause })
}
