import type { FastFlowErrorCode } from '@fastflow/core'

/** A `FastFlowError` on its way between threads (class and marker do not survive the clone). */
export interface Failure {
  readonly code: FastFlowErrorCode
  readonly field: string
  readonly message: string
}

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
  // WebAssembly throws C++ exceptions that nobody caught as the number of their address.
  if (typeof error === 'number') return `WebAssembly exception ${error}`
  return oneLine(error instanceof Error ? error.message : String(error))
}

/** Words that engines and onnxruntime use where memory has run out. */
const outOfMemory =
  /out of memory|bad_alloc|allocation failed|failed to allocate|could not allocate|cannot enlarge memory|OOM/i

/** Words for what leaves WebAssembly's memory in an unknown state. */
const broken = /aborted\(|unreachable|memory access out of bounds|table index is out of bounds/i

/** An operator that the execution provider has no kernel for, in onnxruntime's words. */
const noKernel = /(?:Provider type for|Could not find an implementation for) (\w+)/

/** Says which operator of a model cannot be run; undefined where it is something else. */
export function missingOperator(error: unknown): string | undefined {
  const operator = noKernel.exec(messageOf(error))?.[1]
  return (
    operator &&
    `its operator ${operator} cannot be run here in the types it is used with; export it in float32`
  )
}

/** What went wrong in a network, and what would help. */
export function explain(error: unknown): { readonly message: string; readonly fatal: boolean } {
  const message = messageOf(error)
  if (error instanceof RangeError || outOfMemory.test(message)) {
    const fix = 'close other tabs, make fewer or smaller images at once, or use a smaller model'
    return { message: `the browser ran out of memory (${message}); ${fix}`, fatal: true }
  }
  return { message, fatal: typeof error === 'number' || broken.test(message) }
}
