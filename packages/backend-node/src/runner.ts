import { resolve } from 'node:path'
import { watchSignal } from '@fastflow/backend-process/channel'
import type { ModelRunner } from '@fastflow/core'
import {
  checkCallback,
  checkFlag,
  checkOptions,
  checkSignal,
  checkText,
  sparingly,
  throwIfAborted,
} from '@fastflow/core/backend'
import { type DigestMemory, digestFile, digestMemory } from './digest/digest-memory.ts'
import { reasonsOf } from './execution/execution.ts'
import { sameFiles } from './file-stamp.ts'
import type { OnProgress } from './lane.ts'
import { openLanes } from './lanes.ts'
import { pathOf } from './location.ts'
import { checkBackendOptions, type ModelRunnerOptions, runnerNames } from './options.ts'
import type { LoadRequest, ModelInfo } from './protocol.ts'
import { runnerOf } from './queue.ts'

/**
 * Loads one ONNX model in a worker thread, or in a process with limits: neither loading nor running blocks the event loop.
 *
 * @param source path or `file:` address of an `.onnx` file, whose external data, if any, lies in the same
 *   folder; or the bytes of a model without external data, which must not change as long as a process may load them again.
 * @throws FastFlowError `model-not-found`, `model-unreadable`, `unsupported` (onnxruntime-node is
 *   missing, none of `executionProviders` works, or the model has tensors of a type FastFlow does not carry), `invalid-argument`, `model-failed` where it ends
 *   the process it is loaded in, `limit-exceeded` naming the limit, `aborted`.
 */
export async function createModelRunner(
  source: string | URL | Uint8Array,
  options: ModelRunnerOptions = {},
): Promise<ModelRunner> {
  checkOptions('options', options, runnerNames)
  return loadRunner(source, options, digestMemory(digestFile()))
}

/** {@link createModelRunner}, with what is remembered of digests. */
export async function loadRunner(
  source: string | URL | Uint8Array,
  options: ModelRunnerOptions,
  digests: DigestMemory,
): Promise<ModelRunner> {
  const { workers, threads, settings, executionProviders, sessionOptions } = checkBackendOptions(options)
  if (options.name !== undefined) checkText('name', options.name, 'what errors are to call the model')
  checkCallback('onProgress', options.onProgress, '(progress) => ...')
  checkFlag('mapWeights', options.mapWeights)
  checkSignal(options.signal)
  const path = source instanceof Uint8Array ? source : resolve(pathOf(source, 'source', 'an .onnx file'))
  const file = options.name ?? (path instanceof Uint8Array ? 'the model' : String(source))
  const look = (): void => throwIfAborted(options.signal, `loading ${file}`)
  look()
  const known = typeof path === 'string' ? await digests.recall(path) : undefined
  const request: LoadRequest = {
    kind: 'load',
    source: path,
    file,
    threads,
    spin: options.spin ?? false,
    ...(options.mapWeights && { mapWeights: true }),
    sessionOptions,
    ...(executionProviders && { executionProviders }),
    ...(known && { known }),
  }
  const tell = sparingly<Parameters<OnProgress>[0]>(
    (progress) => options.onProgress?.({ name: file, ...progress }),
    ({ status, loaded, total }) => status !== 'progress' || loaded === total,
  )
  const report: OnProgress = (progress) => {
    look()
    tell(progress)
  }
  const watch = watchSignal(options.signal, `loading ${file}`)
  const lanes = await openLanes(workers, request, report, settings, watch.signal).finally(watch.stop)
  const { info } = lanes[0]!
  const { digest, files } = info
  if (typeof path === 'string' && files !== undefined && !(known && sameFiles(known.files, files)))
    await digests.remember(path, { digest, files })
  const runner = runnerOf(lanes, file, settings)
  try {
    if (executionProviders !== undefined)
      options.onNotice?.({ kind: 'execution-provider', message: describe(info) })
    report({ status: 'ready', file })
    look()
  } catch (error) {
    await runner.dispose()
    throw error
  }
  return runner
}

function describe({ execution }: ModelInfo): string {
  const { executionProvider = 'cpu', refused = [] } = execution ?? {}
  const others = refused.length > 0 ? `. Not used: ${reasonsOf(refused)}` : ''
  return `networks run on onnxruntime-node/${executionProvider}${others}`
}
