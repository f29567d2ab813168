import {
  type Backend,
  type ConfigFile,
  invalidArgument,
  type LoadOptions,
  type ModelFolder,
  memoryPolicyStore,
  type PolicyStore,
  readConfig,
} from '@fastflow/core'
import {
  checkCallback,
  checkMethods,
  checkOptions,
  checkSignal,
  checkText,
  checkWhole,
  type OptionNames,
  throwIfAborted,
} from '@fastflow/core/backend'
import { loadClassToImage } from './family/class-to-image.ts'
import { loadImageEditing } from './family/image-editing.ts'
import { loadTextToImage } from './family/text-to-image.ts'
import { loadTextToVideo } from './family/text-to-video.ts'
import { createPipeline, type Pipeline } from './pipeline.ts'
import type { TaskModel } from './task/task-model.ts'

/** A `URL`; that name belongs to hosts. */
interface Address {
  readonly href: string
}

export interface LoadPipelineOptions extends LoadOptions {
  /** Where networks run, e.g. `nodeBackend()`. */
  readonly backend: Backend
  /** Keeps learned policies between runs; in memory, as long as the pipeline, by default. */
  readonly store?: PolicyStore
}

const names: OptionNames<LoadPipelineOptions> = {
  backend: true,
  store: true,
  threads: true,
  onProgress: true,
  signal: true,
}

type Loader = (folder: ModelFolder, index: ConfigFile, options: LoadOptions) => Promise<TaskModel>

/** Loaders by the `_class_name` of `model_index.json`. */
const loaders: ReadonlyMap<unknown, Loader> = new Map<unknown, Loader>([
  ['ClassToImagePipeline', loadClassToImage],
  ['TextToImagePipeline', loadTextToImage],
  ['ImageEditPipeline', loadImageEditing],
  ['TextToVideoPipeline', loadTextToVideo],
])

/**
 * Loads a model folder in Diffusers layout: `model_index.json`, `scheduler/`, `unet/` or `transformer/`, and
 * learned policies in `policies/` if it brings any.
 *
 * Whether networks and configs fit together is checked here, before anything is generated. Cost: no evaluation; where a
 * decoder does not say how large its pictures are, one pass of it over at most 8 x 8 latents, if it takes so few.
 *
 * @param location what the backend opens: a path or a `file:` address in Node, an address in the browser.
 * @throws FastFlowError `model-not-found`, `model-unreadable` or `model-mismatch` naming the file,
 *   `unsupported` for a pipeline class, scheduler or convention this version does not run, `invalid-argument`, `aborted`.
 */
export async function loadPipeline(
  location: string | Address,
  options: LoadPipelineOptions,
): Promise<Pipeline> {
  const address = addressOf(location)
  checkLoadOptions(options)
  const { backend, store = memoryPolicyStore(), ...loadOptions } = options
  throwIfAborted(loadOptions.signal, `loading ${address}`)
  const folder = await backend.open(address)
  const index = await readConfig(folder, 'model_index.json')
  const load = loaders.get(index.values._class_name)
  if (load === undefined) throw index.unsupported('_class_name', [...loaders.keys()].join(', '))
  return createPipeline(await load(folder, index, loadOptions), { folder, store })
}

function addressOf(location: string | Address): string {
  if (typeof location === 'string') return checkText('location', location, 'the folder of a model')
  if (typeof location?.href === 'string') return location.href
  throw invalidArgument('location', `is ${typeof location}; pass the path of a model folder, or its address`)
}

function checkLoadOptions(options: LoadPipelineOptions): void {
  const wanted = 'nodeBackend() of @fastflow/backend-node, or webBackend() of @fastflow/backend-web'
  if (options === undefined) throw invalidArgument('backend', `is missing; pass { backend }, e.g. ${wanted}`)
  checkOptions('options', options, names)
  checkMethods('backend', options.backend, ['open', 'policyStore'], wanted)
  if (options.store !== undefined)
    checkMethods('store', options.store, ['load', 'save'], 'a PolicyStore, e.g. backend.policyStore(folder)')
  if (options.threads !== undefined) checkWhole('threads', options.threads, 1)
  checkCallback('onProgress', options.onProgress, '(progress) => ...')
  checkSignal(options.signal)
}
