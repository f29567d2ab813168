import type { FastFlowErrorCode } from '@fastflow/core'
import type { Failure } from './protocol.ts'

/** Thrown inside the worker; becomes a `FastFlowError` on the caller's side. */
export class WorkerFailure extends Error {
  readonly failure: Failure

  constructor(code: FastFlowErrorCode, field: string, message: string) {
    super(message)
    this.failure = { code, field, message: oneLine(message) }
  }
}

/** Messages are one line: onnxruntime's own run over several and name its source files. */
function oneLine(message: string): string {
  return message
    .replace(/\/onnxruntime_src\/\S+ [^[\n]*(?=\[ONNXRuntimeError\])/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

export function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error))
}

/** The code of a file system or module error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
