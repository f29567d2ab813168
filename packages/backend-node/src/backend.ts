import type { Backend } from '@fastflow/core'
import { checkOptions } from '@fastflow/core/backend'
import { digestFile, digestMemory } from './digest/digest-memory.ts'
import { openFolder } from './folder.ts'
import { machineMemory } from './machine-memory.ts'
import type { OnNotice } from './notice.ts'
import { backendNames, checkBackendOptions, type NodeBackendOptions } from './options.ts'
import { filePolicyStore } from './policy-store.ts'
import { type ExecutionSupport, supportOf } from './support.ts'
import { writeFile } from './write-file.ts'

/** A `Backend` that can tell what it runs on. */
export interface NodeBackend extends Backend {
  /**
   * What networks run on here, and why on nothing that was to be tried before; found by running a small one in a process of its own,
   * once.
   *
   * @throws FastFlowError `unsupported` when nothing works, saying why.
   */
  support(): Promise<ExecutionSupport>
}

/**
 * Runs models with onnxruntime-node, from folders on disk: in worker threads, or with `isolation: 'process'` in processes
 * of their own, with limits of time and memory, for models one did not make.
 *
 * onnxruntime-node is a peer dependency; it is loaded by the first model, inside its worker.
 *
 * @throws FastFlowError `invalid-argument` naming the option.
 */
export function nodeBackend(options: NodeBackendOptions = {}): NodeBackend {
  checkOptions('options', options, backendNames)
  const checked = checkBackendOptions(options)
  const { onNotice } = options
  const settings = onNotice === undefined ? options : { ...options, onNotice: once(onNotice) }
  let support: Promise<ExecutionSupport> | undefined
  const digests = digestMemory(digestFile())
  return {
    version: 1,
    name: 'node',
    open: (location) => openFolder(location, settings, digests),
    policyStore: (location) => filePolicyStore(location),
    write: writeFile,
    memory: machineMemory,
    support: () => {
      support ??= supportOf(checked)
      return support
    },
  }
}

/** Several networks of a pipeline have the same to say. */
function once(onNotice: OnNotice): OnNotice {
  const said = new Set<string>()
  return (notice) => {
    if (said.has(notice.message)) return
    said.add(notice.message)
    onNotice(notice)
  }
}
