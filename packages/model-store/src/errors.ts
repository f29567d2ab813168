import { FastFlowError } from '@fastflow/core'

/** The error for a source that cannot be had, `field` being what names it. */
export function notFound(field: string, message: string, cause?: unknown): FastFlowError {
  return new FastFlowError({ code: 'model-not-found', field, message, cause })
}

/** The error for content that is not what it has to be, by the file it is in. */
export function mismatch(file: string, message: string): FastFlowError {
  return new FastFlowError({ code: 'model-mismatch', field: file, message })
}

/** True for errors of the file system; those of a connection have no call that failed at their top. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
}

/** What an error of the file system means below `folder`; anything else comes back as it is. */
function unwritable(folder: string, cause: unknown): unknown {
  if (FastFlowError.isInstance(cause) || !isSystemError(cause)) return cause
  const full = ['ENOSPC', 'EDQUOT'].includes(cause.code)
  const message = full
    ? `${folder}: the disk is full; free space and add the model again, which goes on where it stopped`
    : `${folder}: cannot be written (${cause.code}); choose a folder you may write to`
  return new FastFlowError({ code: 'output-unwritable', field: folder, message, cause })
}

/** Runs what writes below `folder`; errors of the file system say what to do. */
export async function writing<Result>(folder: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write()
  } catch (cause) {
    throw unwritable(folder, cause)
  }
}
