import {
  type AbortSignalLike,
  FastFlowError,
  invalidArgument,
  type LoadProgress,
  type ModelRunner,
  type RunResult,
} from '@fastflow/core'
import {
  checkCall,
  checkCallback,
  checkFlag,
  checkOptions,
  checkSignal,
  checkText,
  type OptionNames,
  shown,
  throwIfAborted,
} from '@fastflow/core/backend'
import type { LoadedModel } from './host.ts'
import { checkRuntimeOptions, type RuntimeOptions, runtimeNames } from './options.ts'
import { absolute, createPool, type Lease, type Pool } from './pool.ts'
import { residentRunner } from './resident.ts'

export interface ModelRunnerOptions extends RuntimeOptions {
  /** Name of the model in progress reports and errors; the URL by default. */
  readonly name?: string
  readonly onProgress?: (progress: LoadProgress) => void
  /** Cancels loading; looked at whenever there is progress. */
  readonly signal?: AbortSignalLike
  /** Keep files in the browser's cache. Default true. */
  readonly cache?: boolean
}

const names: OptionNames<ModelRunnerOptions> = {
  ...runtimeNames,
  name: true,
  onProgress: true,
  signal: true,
  cache: true,
}

/**
 * Loads one ONNX model in a Web Worker of its own: neither loading nor running blocks the page.
 *
 * @param source URL of an `.onnx` file, whose external data, if any, lies in the same folder; or the bytes of a model
 *   without external data.
 * @throws FastFlowError `model-not-found`, `model-unreadable`, `model-failed` where memory runs out, `unsupported`
 *   (networks cannot be run here, or the model has tensors of a type FastFlow does not carry), `invalid-argument`,
 *   `aborted`.
 */
export async function createModelRunner(
  source: string | URL | Uint8Array,
  options: ModelRunnerOptions = {},
): Promise<ModelRunner> {
  checkOptions('options', options, names)
  checkRuntimeOptions(options)
  checkFlag('cache', options.cache)
  if (options.name !== undefined) checkText('name', options.name, 'what errors are to call the model')
  checkCallback('onProgress', options.onProgress, '(progress) => ...')
  checkSignal(options.signal)
  if (source === '') throw invalidArgument('source', 'is empty; give the URL of an .onnx file')
  const isSource = typeof source === 'string' || source instanceof URL || source instanceof Uint8Array
  if (!isSource) throw invalidArgument('source', `is ${shown(source)}; give the URL or the bytes of a model`)
  const file = options.name ?? (source instanceof Uint8Array ? 'the model' : String(source))
  const resolved = source instanceof Uint8Array ? source : absolute('source', source)
  return loadRunner(createPool(options), resolved, { ...options, file, name: file })
}

export interface LoadRunnerOptions
  extends Pick<ModelRunnerOptions, 'onProgress' | 'onNotice' | 'cache' | 'signal'> {
  /** What errors call the model. */
  readonly file: string
  /** What progress calls the whole it belongs to. */
  readonly name: string
  readonly threads?: number
}

/** Loads a model in a worker of the pool. */
export async function loadRunner(
  pool: Pool,
  source: string | Uint8Array,
  options: LoadRunnerOptions,
): Promise<ModelRunner> {
  const { file, name, onProgress, cache = true } = options
  const look = (): void => throwIfAborted(options.signal, `loading ${file}`)
  look()
  const lease = await pool.acquire(options.threads)
  try {
    // Starting a worker takes a while.
    look()
    const model = await lease.host.load(
      { source, file, cache },
      {
        onProgress: (progress) => {
          look()
          onProgress?.({ name, ...progress })
        },
        onNotice: (notice) => options.onNotice?.(notice),
      },
    )
    const runner = runnerOf(model, lease, file)
    try {
      look()
      onProgress?.({ status: 'ready', name, file })
      look()
    } catch (error) {
      await runner.dispose()
      throw error
    }
    return runner
  } catch (error) {
    lease.release()
    throw error
  }
}

function runnerOf(model: LoadedModel, lease: Lease, file: string): ModelRunner {
  const { inputs, outputs, digest } = model.info
  const { executionProvider, threads } = lease.support.chosen
  const running = new Set<Promise<RunResult>>()
  let disposal: Promise<void> | undefined
  const track = async (call: Promise<RunResult>): Promise<RunResult> => {
    running.add(call)
    try {
      return await call
    } finally {
      running.delete(call)
    }
  }
  const { vectors } = lease.host
  return {
    version: 1,
    executionProvider: `onnxruntime-web/${executionProvider}${threads > 1 ? `, ${threads} threads` : ''}`,
    inputs,
    outputs,
    digest,
    async run(feeds, options = {}) {
      if (disposal !== undefined) throw disposed(file)
      checkCall(inputs, outputs, feeds, options)
      const fetches = options.fetches ?? outputs.map((output) => output.name)
      const call = model.run(feeds, { fetches: [...new Set(fetches)], into: options.into ?? {} })
      return track(call)
    },
    resident:
      vectors &&
      residentRunner(model, vectors, async (call) => {
        if (disposal !== undefined) throw disposed(file)
        return track(call())
      }),
    dispose() {
      disposal ??= Promise.allSettled(running)
        .then(() => model.release())
        .finally(lease.release)
      return disposal
    },
  }
}

function disposed(file: string): FastFlowError {
  const message = `${file}: run was called after dispose; load the model again`
  return new FastFlowError({ code: 'runner-disposed', field: file, message })
}
