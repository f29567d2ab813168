import type { Backend } from '@fastflow/core'
import { checkOptions } from '@fastflow/core/backend'
import { digestFile, digestMemory } from './digest/digest-memory.ts'
import { openFolder } from './folder.ts'
import { checkIsolation } from './limits.ts'
import { machineMemory } from './machine-memory.ts'
import { filePolicyStore } from './policy-store.ts'
import { backendNames, checkThreads, type NodeBackendOptions } from './runner.ts'

/**
 * Runs models with onnxruntime-node, from folders on disk: in worker threads, or with `isolation: 'process'` in processes
 * of their own, with limits of time and memory, for models one did not make.
 *
 * onnxruntime-node is a peer dependency; it is loaded by the first model, inside its worker.
 *
 * @throws FastFlowError `invalid-argument` naming the option.
 */
export function nodeBackend(options: NodeBackendOptions = {}): Backend {
  checkOptions('options', options, backendNames)
  checkThreads(options)
  checkIsolation(options)
  const digests = digestMemory(digestFile())
  return {
    version: 1,
    name: 'node',
    open: (location) => openFolder(location, options, digests),
    policyStore: (location) => filePolicyStore(location),
    memory: machineMemory,
  }
}
