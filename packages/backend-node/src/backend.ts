import type { Backend } from '@fastflow/core'
import { checkOptions } from '@fastflow/core/backend'
import { openFolder } from './folder.ts'
import { filePolicyStore } from './policy-store.ts'
import { checkThreads, type ThreadOptions, threadNames } from './runner.ts'

/**
 * Runs models with onnxruntime-node, in worker threads, from folders on disk.
 *
 * onnxruntime-node is a peer dependency; it is loaded by the first model, inside its worker.
 *
 * @throws FastFlowError `invalid-argument` naming the option.
 */
export function nodeBackend(options: ThreadOptions = {}): Backend {
  checkOptions('options', options, threadNames)
  checkThreads(options)
  return {
    version: 1,
    name: 'node',
    open: (location) => openFolder(location, options),
    policyStore: (location) => filePolicyStore(location),
  }
}
