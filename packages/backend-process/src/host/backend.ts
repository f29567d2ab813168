import { fileURLToPath } from 'node:url'
import { type Backend, memoryPolicyStore, type PolicyStore } from '@fastflow/core'
import { checkText } from '@fastflow/core/backend'
import { openServed } from './folder.ts'
import { createHost, type Host } from './host.ts'
import { checkProcessOptions, type ProcessBackendOptions } from './options.ts'

/** A `Backend` whose networks live in processes of its own. */
export interface ProcessBackend extends Backend {
  /** Ends its processes now; they end by themselves with this process. A later call starts them again. */
  close(): Promise<void>
}

/**
 * Runs networks in a worker process that speaks frames over its standard input and output: PyTorch, Diffusers, or anything else. Each
 * folder has one worker, for all of its networks and files and however often it is opened; the folder itself may be on another machine, where the
 * command goes there (`ssh`).
 *
 * A worker that ends, is killed or takes too long fails the call it was at, and the next call starts another.
 *
 * @throws FastFlowError `invalid-argument` naming the option.
 */
export function processBackend(options: ProcessBackendOptions): ProcessBackend {
  const checked = checkProcessOptions(options)
  const { policyStore } = options
  const stores = new Map<string, PolicyStore>()
  const hosts = new Map<string, Host>()
  return {
    version: 1,
    name: 'process',
    open: async (given) => {
      const location = checkText('location', given, 'the folder of a model')
      const path = /^file:/i.test(location) ? fileURLToPath(location) : location
      const host = hosts.get(path) ?? createHost(checked, path)
      hosts.set(path, host)
      return openServed(host, path)
    },
    policyStore: (location) => {
      checkText('location', location, 'a folder for policies')
      if (policyStore !== undefined) return policyStore(location)
      const store = stores.get(location) ?? memoryPolicyStore()
      stores.set(location, store)
      return store
    },
    close: async () => {
      await Promise.all([...hosts.values()].map((host) => host.close()))
    },
  }
}
