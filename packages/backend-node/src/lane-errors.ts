import { FastFlowError } from '@fastflow/core'
import { type CheckedIsolation, limitExceeded } from './limits.ts'
import type { End } from './link.ts'
import type { Failure } from './protocol.ts'

/** Words of onnxruntime, of C++ and of V8 where the system refuses a network more memory. */
const allocationFailed =
  /bad[ _]alloc|failed to allocate|cannot allocate memory|array buffer allocation failed|out of memory/i

/** Whether a failure is the system's refusal of memory, where there is a limit to it. */
export function isOverMemory(why: string, memoryBytes: number): boolean {
  return memoryBytes !== Infinity && allocationFailed.test(why)
}

function overMemory(why: string, { limits }: CheckedIsolation): boolean {
  return isOverMemory(why, limits.memoryBytes)
}

export function loadFailed(failure: Failure, file: string, settings: CheckedIsolation): FastFlowError {
  if (overMemory(failure.message, settings)) return limitExceeded('memoryBytes', settings, file)
  return new FastFlowError(failure)
}

export function runFailed(file: string, why: string, settings: CheckedIsolation): FastFlowError {
  if (overMemory(why, settings)) return limitExceeded('memoryBytes', settings, file)
  return modelFailed(file, `${file} failed while running: ${why}`)
}

/** The worker is gone. */
export function ended(file: string, end: End, settings: CheckedIsolation): FastFlowError {
  const { why, outOfMemory = overMemory(why, settings) } = end
  if (outOfMemory) return limitExceeded('memoryBytes', settings, file)
  if (settings.isolation === 'thread') {
    return modelFailed(file, `${file}: the worker thread that ran it ended (${why}); load the model again`)
  }
  const advice = 'try again, and do without this model where it happens again'
  return modelFailed(file, `${file}: the process that ran it ended (${why}); this one goes on: ${advice}`)
}

function modelFailed(file: string, message: string): FastFlowError {
  return new FastFlowError({ code: 'model-failed', field: file, message })
}
