import {
  type Backend,
  FastFlowError,
  type LoadOptions,
  memoryPolicyStore,
  type PolicyStore,
} from '@fastflow/core'
import { type ClassToImagePipeline, loadClassToImage } from './class-to-image.ts'
import { readJson } from './config/read-json.ts'

export interface LoadPipelineOptions extends LoadOptions {
  /** Where networks run, e.g. `nodeBackend()`. */
  readonly backend: Backend
  /** Keeps learned policies between runs; in memory by default. */
  readonly store?: PolicyStore
}

/**
 * Loads a model folder in Diffusers layout: `model_index.json`, `scheduler/`, `unet/` or `transformer/`.
 *
 * @throws FastFlowError `model-not-found`, `model-unreadable` or `model-mismatch` naming the file,
 *   `unsupported` for a pipeline class this version does not run.
 */
export async function loadPipeline(
  location: string,
  options: LoadPipelineOptions,
): Promise<ClassToImagePipeline> {
  const { backend, store = memoryPolicyStore(), ...loadOptions } = options
  const folder = await backend.open(location)
  const index = await readJson(folder, 'model_index.json')
  if (index._class_name === 'ClassToImagePipeline') return loadClassToImage(folder, index, store, loadOptions)
  throw new FastFlowError({
    code: 'unsupported',
    field: 'model_index._class_name',
    message: `${folder.location}/model_index.json: _class_name ${JSON.stringify(index._class_name)} is not supported; available: ClassToImagePipeline`,
  })
}
