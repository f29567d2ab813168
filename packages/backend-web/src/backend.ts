import { type Backend, memoryPolicyStore } from '@fastflow/core'
import { checkCallback, checkFlag, checkOptions, checkText, type OptionNames } from '@fastflow/core/backend'
import { openFolder } from './folder.ts'
import { checkRuntimeOptions, type RuntimeOptions, runtimeNames } from './options.ts'
import { indexedDbPolicyStore } from './policy-store.ts'
import { createPool } from './pool.ts'
import type { ExecutionSupport } from './support.ts'

export interface WebBackendOptions extends RuntimeOptions {
  /** Keep model files in the browser's cache, checked by digest and by the server's ETag. Default true. */
  readonly cache?: boolean
  /**
   * Paths of all files in a folder, where the page knows them. The server is then not asked whether a file is there:
   * browsers write every file that is not into their console as an error, and nobody can keep them from it.
   */
  readonly filesOf?: (location: string) => readonly string[] | undefined
}

const names: OptionNames<WebBackendOptions> = { ...runtimeNames, cache: true, filesOf: true }

/** A `Backend` that can tell what it runs on. */
export interface WebBackend extends Backend {
  /**
   * What networks run on here, and why nothing faster; found by running a small one, once.
   *
   * @throws FastFlowError `unsupported` when nothing works, saying why.
   */
  support(): Promise<ExecutionSupport>
}

/**
 * Runs models with onnxruntime-web in a Web Worker, from folders on a web server. All models of a backend share one worker
 * and run one after another; it ends with the last of them.
 *
 * Locations are URLs, absolute or relative to the page. Policies go to IndexedDB, or to memory where there is none.
 *
 * @throws FastFlowError `invalid-argument` naming the option.
 */
export function webBackend(options: WebBackendOptions = {}): WebBackend {
  checkOptions('options', options, names)
  checkRuntimeOptions(options)
  checkFlag('cache', options.cache)
  checkCallback('filesOf', options.filesOf, '(location) => paths')
  const pool = createPool(options)
  const { cache = true, onNotice, filesOf } = options
  return {
    version: 1,
    name: 'web',
    open: async (location) => {
      checkText('location', location, 'the URL of a folder')
      return openFolder(location, pool, { cache, ...(onNotice && { onNotice }) }, filesOf?.(location))
    },
    policyStore(location) {
      checkText('location', location, 'what keeps stores apart, any text')
      return globalThis.indexedDB === undefined ? memoryPolicyStore() : indexedDbPolicyStore(location)
    },
    async support() {
      const { support, release } = await pool.acquire()
      release()
      return support
    },
  }
}
