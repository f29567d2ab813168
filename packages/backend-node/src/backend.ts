import type { Backend } from '@fastflow/core'
import { openFolder } from './folder.ts'
import { checkIsolation } from './limits.ts'
import { filePolicyStore } from './policy-store.ts'
import { checkThreads, type NodeBackendOptions } from './runner.ts'

/**
 * Runs models with onnxruntime-node, from folders on disk: in worker threads, or with `isolation: 'process'` in processes
 * of their own, with limits of time and memory, for models one did not make.
 *
 * onnxruntime-node is a peer dependency; it is loaded by the first model, inside its worker.
 *
 * @throws FastFlowError `invalid-argument` for a thread count that is no positive whole number, an unknown isolation, or a
 *   limit out of range.
 */
export function nodeBackend(options: NodeBackendOptions = {}): Backend {
  checkThreads(options)
  checkIsolation(options)
  return {
    version: 1,
    name: 'node',
    open: (location) => openFolder(location, options),
    policyStore: (location) => filePolicyStore(location),
  }
}
