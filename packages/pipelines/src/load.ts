import { type Backend, type LoadOptions, memoryPolicyStore, type PolicyStore } from '@fastflow/core'
import { type ClassToImagePipeline, loadClassToImage } from './class-to-image/pipeline.ts'
import { readConfig } from './folder.ts'

export interface LoadPipelineOptions extends LoadOptions {
  /** Where networks run, e.g. `nodeBackend()`. */
  readonly backend: Backend
  /** Keeps learned policies between runs; in memory, as long as the pipeline, by default. */
  readonly store?: PolicyStore
}

/**
 * Loads a model folder in Diffusers layout: `model_index.json`, `scheduler/`, `unet/` or `transformer/`, and
 * learned policies in `policies/` if it brings any.
 *
 * @throws FastFlowError `model-not-found`, `model-unreadable` or `model-mismatch` naming the file,
 *   `unsupported` for a pipeline class, scheduler or convention this version does not run.
 */
export async function loadPipeline(
  location: string,
  options: LoadPipelineOptions,
): Promise<ClassToImagePipeline> {
  const { backend, store = memoryPolicyStore(), ...loadOptions } = options
  const folder = await backend.open(location)
  const index = await readConfig(folder, 'model_index.json')
  if (index.values._class_name !== 'ClassToImagePipeline')
    throw index.unsupported('_class_name', 'ClassToImagePipeline')
  return loadClassToImage({ folder, store }, index, loadOptions)
}
