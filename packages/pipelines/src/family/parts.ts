import {
  type AbortSignalLike,
  FastFlowError,
  type LoadOptions,
  type ModelFolder,
  type ModelRunner,
} from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'

/**
 * How many networks of a folder are in memory at a time: all from the start (`resident`), one after the other in the order of
 * use (`sequential`), or all where they take no more than half of the memory that the backend tells, else one (`auto`).
 */
export type MemoryMode = 'auto' | 'resident' | 'sequential'

/** A network of a folder. */
export interface Part {
  /** Its path in the folder, for errors. */
  readonly path: string
  /** SHA-256, hex, of its files. */
  readonly digest: string
  /** Loads the network unless it is there, and keeps it while `work` goes on. */
  use<Result>(
    work: (runner: ModelRunner) => Promise<Result>,
    signal?: AbortSignalLike | undefined,
  ): Promise<Result>
}

/** Networks of a folder, in memory as its mode says. */
export interface Parts {
  /** What networks run on, once one was loaded. */
  executionProvider(): string
  /**
   * The network `<name>/model.onnx`.
   *
   * @param check of what it takes and gives, called whenever it was loaded.
   * @throws FastFlowError `model-not-found` naming the file, and whatever loading it throws where that is done at once.
   */
  open(name: string, check?: (runner: ModelRunner, path: string) => void): Promise<Part>
  /** Loads all networks that were opened, unless one is to be in memory at a time. @returns whether it did. */
  ready(): Promise<boolean>
  /** Frees all networks; those at work finish first. */
  dispose(): Promise<void>
}

interface Opened {
  readonly path: string
  readonly check: ((runner: ModelRunner, path: string) => void) | undefined
  loading: Promise<ModelRunner> | undefined
  users: number
}

/** @param memory bytes that the backend has; undefined where it does not tell. */
export function openParts(
  folder: ModelFolder,
  options: LoadOptions,
  mode: MemoryMode,
  memory: number | undefined,
): Parts {
  const opened: Opened[] = []
  let bytes = 0
  let provider = 'not loaded yet'
  let disposed = false
  const { signal: _, ...loadOptions } = options
  const isSequential = (): boolean => {
    if (mode !== 'auto') return mode === 'sequential'
    return memory !== undefined && folder.size !== undefined && bytes > memory / 2
  }

  async function load(part: Opened, signal: AbortSignalLike | undefined): Promise<ModelRunner> {
    if (disposed) {
      const message = `${part.path}: the pipeline was disposed of; load it again`
      throw new FastFlowError({ code: 'runner-disposed', field: part.path, message })
    }
    if (isSequential()) await Promise.all(opened.filter((one) => one !== part && one.users === 0).map(free))
    throwIfAborted(signal, `loading ${part.path}`)
    const runner = await folder.load(part.path, { ...loadOptions, ...(signal && { signal }) })
    try {
      part.check?.(runner, part.path)
    } catch (error) {
      await runner.dispose()
      throw error
    }
    provider = runner.executionProvider
    return runner
  }

  async function runnerOf(part: Opened, signal: AbortSignalLike | undefined): Promise<ModelRunner> {
    const begun = part.loading
    if (begun === undefined) return start(part, signal)
    try {
      return await begun
    } catch (error) {
      // Whoever began to load it was cancelled; those that wait for it too were not.
      if (signal?.aborted || !FastFlowError.isInstance(error) || error.code !== 'aborted') throw error
      return runnerOf(part, signal)
    }
  }

  function start(part: Opened, signal: AbortSignalLike | undefined): Promise<ModelRunner> {
    const loading = load(part, signal).catch((error: unknown) => {
      if (part.loading === loading) part.loading = undefined
      throw error
    })
    part.loading = loading
    return loading
  }

  async function free(part: Opened): Promise<void> {
    const { loading } = part
    part.loading = undefined
    await loading?.then((runner) => runner.dispose()).catch(() => {})
  }

  return {
    executionProvider: () => provider,
    async open(name, check) {
      const path = `${name}/model.onnx`
      const part: Opened = { path, check, loading: undefined, users: 0 }
      opened.push(part)
      if (!(await folder.has(path))) {
        const message = `${folder.location} has no ${path}; export this part too, or copy it there`
        throw new FastFlowError({ code: 'model-not-found', field: path, message })
      }
      bytes += (await folder.size?.(path)) ?? 0
      // Where nothing else tells the digest, a network has to be loaded to be known.
      const digest = (await folder.digest?.(path)) ?? (await runnerOf(part, options.signal)).digest
      return {
        path,
        digest,
        async use(work, signal) {
          part.users++
          try {
            return await work(await runnerOf(part, signal))
          } finally {
            part.users--
          }
        },
      }
    },
    async ready() {
      if (isSequential()) return false
      for (const part of opened) await runnerOf(part, options.signal)
      return true
    },
    async dispose() {
      disposed = true
      await Promise.all(opened.map(free))
    },
  }
}
