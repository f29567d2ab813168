import type { AbortSignalLike } from '../abort-signal.ts'
import type { ModelRunner } from './model-runner.ts'
import type { PolicyStore } from './policy-store.ts'

/** Progress of loading, in the words of other JavaScript model libraries. */
export interface LoadProgress {
  readonly status: 'initiate' | 'progress' | 'done' | 'ready'
  readonly name: string
  readonly file: string
  /** Percent, 0 to 100. */
  readonly progress?: number
  readonly loaded?: number
  readonly total?: number
}

/** Read-only access to one model folder. Paths are relative, with `/`; leaving the folder is refused. */
export interface ModelFolder {
  readonly location: string
  has(path: string): Promise<boolean>
  /** @throws FastFlowError `model-not-found` naming the missing file. */
  read(path: string): Promise<Uint8Array>
  /** Loads one network of the folder. */
  load(path: string, options?: LoadOptions): Promise<ModelRunner>
  /**
   * The `digest` that a runner of this network would have, without loading it. Costs a pass over its files where no earlier
   * one is remembered. Left out where only loading tells.
   *
   * @throws FastFlowError `model-not-found` or `model-unreadable`, as `load` does before the network is made.
   */
  digest?(path: string): Promise<string>
  /**
   * Bytes of a network, external data included: about what it takes in memory while it is loaded. Reads its graph alone.
   * Left out where only loading tells.
   *
   * @throws FastFlowError as `digest`.
   */
  size?(path: string): Promise<number>
}

export interface LoadOptions {
  /** Threads inside the network; the backend's default (all cores) when omitted. */
  readonly threads?: number
  /** Called at most ten times a second, and at the beginning and the end of each file. */
  readonly onProgress?: (progress: LoadProgress) => void
  /**
   * Whether weights that lie beside the model are used where they lie, in mapped files, instead of being copied in the order that
   * runs are fastest in: the network is there at once, its memory is given back as a whole, and runs take up to a fifth longer.
   * Results may differ in the last bits. For networks that soon go again; backends that cannot do so pass over it. Default false.
   */
  readonly mapWeights?: boolean
  /** Cancels loading with an error of code `aborted`; looked at whenever there is progress. */
  readonly signal?: AbortSignalLike
}

/** Where networks run and files live: Node, the browser, or something of the user's. */
export interface Backend {
  readonly version: 1
  readonly name: string
  /** @throws FastFlowError `model-not-found` when there is no such folder. */
  open(location: string): Promise<ModelFolder>
  /** Learned policies below `location`. */
  policyStore(location: string): PolicyStore
  /**
   * Writes a file that the user names, whole or not at all. Left out where there are no files.
   *
   * @throws FastFlowError `output-unwritable`.
   */
  write?(location: string, bytes: Uint8Array): Promise<void>
  /** Bytes of memory that this machine, or its container, has for networks and all else; undefined where unknown. */
  memory?(): number | undefined
}
