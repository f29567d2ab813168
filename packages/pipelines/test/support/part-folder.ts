import { FastFlowError, type LoadOptions, type ModelFolder, type ModelRunner } from '@fastflow/core'

/** A folder of networks that do nothing; notes what is loaded and freed. */
export interface PartFolder {
  readonly folder: ModelFolder
  /** Paths of networks in the order they were loaded. */
  readonly loads: string[]
  /** Paths of those in memory. */
  readonly present: () => readonly string[]
  /** Most that were in memory at a time. */
  readonly most: () => number
  /** Called while a network is loaded, in place of the time that takes; what it throws is what loading throws. */
  onLoad: (path: string, options: LoadOptions) => Promise<void>
}

export interface PartFolderOptions {
  /** Bytes of each network; undefined where the folder does not tell sizes. */
  readonly size?: number
  /** False where the folder tells digests only of networks that were loaded. */
  readonly digests?: boolean
}

export function partFolder({ size, digests = true }: PartFolderOptions = {}): PartFolder {
  const inMemory = new Set<ModelRunner>()
  const paths = new Map<ModelRunner, string>()
  let most = 0
  const result: PartFolder = {
    loads: [],
    present: () => [...inMemory].map((runner) => paths.get(runner)!),
    most: () => most,
    onLoad: async () => {},
    folder: {
      location: 'model',
      has: async (path) => !path.startsWith('missing'),
      read: () => Promise.reject(new Error('not used')),
      async load(path, options = {}) {
        result.loads.push(path)
        await result.onLoad(path, options)
        const runner = runnerOf(path)
        inMemory.add(runner)
        paths.set(runner, path)
        most = Math.max(most, inMemory.size)
        return runner
      },
      ...(digests && { digest: async (path: string) => `digest of ${path}` }),
      ...(size !== undefined && { size: async () => size }),
    },
  }

  function runnerOf(path: string): ModelRunner {
    const runner: ModelRunner = {
      version: 1,
      executionProvider: 'nothing',
      inputs: [],
      outputs: [],
      digest: `digest of ${path}`,
      async run() {
        if (inMemory.has(runner)) return { outputs: {}, timing: { ms: 0 } }
        throw new FastFlowError({ code: 'runner-disposed', field: path, message: 'freed' })
      },
      async dispose() {
        inMemory.delete(runner)
      },
    }
    return runner
  }
  return result
}

/** A promise that is settled by hand. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open: () => open() }
}
