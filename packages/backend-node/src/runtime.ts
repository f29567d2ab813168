import { createRequire } from 'node:module'
import { join } from 'node:path'
import { messageOf, WorkerFailure } from './failure.ts'

export type Runtime = typeof import('onnxruntime-node')

/**
 * Finds the user's onnxruntime-node, from this package or else from the working directory.
 *
 * @throws WorkerFailure `unsupported` when it is not installed or does not load here.
 */
export function loadRuntime(): Runtime {
  // Tensor reads this global once. Where it exists, float16 feeds given as raw bits are refused;
  // FastFlow carries float16 as raw bits everywhere, and nothing else runs in this thread.
  Reflect.deleteProperty(globalThis, 'Float16Array')
  for (const base of [import.meta.url, join(process.cwd(), 'package.json')]) {
    const require = createRequire(base)
    try {
      require.resolve('onnxruntime-node')
    } catch {
      continue
    }
    return required(require)
  }
  throw unsupported('onnxruntime-node is not installed; run: npm install onnxruntime-node')
}

function required(require: NodeJS.Require): Runtime {
  try {
    const runtime: Runtime = require('onnxruntime-node')
    // Its errors are thrown as well as printed; once is enough.
    runtime.env.logLevel = 'fatal'
    return runtime
  } catch (error) {
    const place = `${process.platform} ${process.arch}`
    throw unsupported(`onnxruntime-node is installed but does not load on ${place}: ${messageOf(error)}`)
  }
}

export function unsupported(message: string): WorkerFailure {
  return new WorkerFailure('unsupported', 'onnxruntime-node', message)
}
