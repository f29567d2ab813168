import {
  type AbortSignalLike,
  FastFlowError,
  type LoadOptions,
  type ModelFolder,
  type ModelRunner,
} from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import { isCancelled } from '../task/failure.ts'

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

/** The error for a part that a folder lacks. */
export function missingPart({ location }: Pick<ModelFolder, 'location'>, name: string): FastFlowError {
  const path = `${name}/model.onnx`
  const how = `"fastflow-diffusers export PIPELINE OUT --part ${name}", or the exporter that made the others`
  const message = `${location} has no ${path}; export this part too (${how}), or copy it there`
  return new FastFlowError({ code: 'model-not-found', field: path, message })
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
    if (isSequential()) await freeAllBut(part)
    if (disposed) throw wasDisposed(part)
    throwIfAborted(signal, `loading ${part.path}`)
    // What goes again soon is not worth the time and memory of a copy.
    const mapWeights = loadOptions.mapWeights ?? isSequential()
    const runner = await folder.load(part.path, { ...loadOptions, mapWeights, ...(signal && { signal }) })
    try {
      part.check?.(runner, part.path)
    } catch (error) {
      await runner.dispose()
      throw error
    }
    provider = runner.executionProvider
    return runner
  }

  /** The network, loaded by the first who needs it. One that could not be loaded is loaded again for the next. */
  async function runnerOf(part: Opened, signal: AbortSignalLike | undefined): Promise<ModelRunner> {
    for (;;) {
      const other = part.loading
      const loading = other ?? load(part, signal)
      part.loading = loading
      try {
        return await loading
      } catch (error) {
        if (part.loading === loading) part.loading = undefined
        // What another generation cancelled may still be wanted here.
        if (other === undefined || !isCancelled(error)) throw error
        throwIfAborted(signal, `loading ${part.path}`)
      }
    }
  }

  async function free(part: Opened): Promise<void> {
    const { loading } = part
    part.loading = undefined
    await loading?.then((runner) => runner.dispose()).catch(() => {})
  }

  async function freeAllBut(part: Opened): Promise<void> {
    await Promise.all(opened.filter((one) => one !== part && one.users === 0).map(free))
  }

  async function use<Result>(
    part: Opened,
    work: (runner: ModelRunner) => Promise<Result>,
    signal: AbortSignalLike | undefined,
  ): Promise<Result> {
    part.users++
    try {
      const runner = await runnerOf(part, signal)
      if (disposed) throw wasDisposed(part)
      throwIfAborted(signal, `loading ${part.path}`)
      return await work(runner)
    } finally {
      part.users--
      // Where several generations go on at once, another one's network may have come beside this one.
      const isSecond = opened.some((one) => one !== part && one.loading !== undefined)
      if (part.users === 0 && isSecond && isSequential()) await free(part)
    }
  }

  return {
    executionProvider: () => provider,
    async open(name, check) {
      const path = `${name}/model.onnx`
      const part: Opened = { path, check, loading: undefined, users: 0 }
      opened.push(part)
      if (!(await folder.has(path))) throw missingPart(folder, name)
      const size = (await folder.size?.(path)) ?? 0
      bytes += size
      // Where nothing else tells the digest, a network has to be loaded to be known.
      const digest = (await folder.digest?.(path)) ?? (await runnerOf(part, options.signal)).digest
      return { path, digest, use: (work, signal) => use(part, work, signal) }
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

function wasDisposed({ path }: Opened): FastFlowError {
  const message = `${path}: the pipeline was disposed of; load it again`
  return new FastFlowError({ code: 'runner-disposed', field: path, message })
}
