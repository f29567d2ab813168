import { type ImageModelV4, NoSuchModelError, type ProviderV4 } from '@ai-sdk/provider'
import { checkText } from '@fastflow/core/backend'
import { localModel } from './local-model.ts'
import { checkProviderOptions, type FastFlowProviderOptions, isLocal } from './options.ts'
import { remoteModel } from './remote-model.ts'

/** Image models of FastFlow for `generateImage` of the AI SDK. */
export interface FastFlowProvider extends ProviderV4 {
  /** A model by the name it was given here, or has on the server. @throws NoSuchModelError. */
  image(modelId: string): ImageModelV4
}

/**
 * A provider for the AI SDK: of pipelines in this process, or of a server.
 *
 * Every image has what it cost in `providerMetadata.fastflow.images`: seed, evaluations, passes, decisions, milliseconds,
 * and of a plan how close it comes to the full run.
 *
 * @throws FastFlowError `invalid-argument` naming the option.
 */
export function createFastFlow(options: FastFlowProviderOptions): FastFlowProvider {
  checkProviderOptions(options)
  const image = (modelId: string): ImageModelV4 => {
    checkText('modelId', modelId, 'the name of a model')
    if (!isLocal(options)) return remoteModel(modelId, options)
    const pipe = Object.hasOwn(options.pipelines, modelId) ? options.pipelines[modelId] : undefined
    if (pipe) return localModel(modelId, pipe)
    const names = Object.keys(options.pipelines).join(', ')
    const message = `there is no model ${modelId} among the pipelines (${names || 'none'})`
    throw new NoSuchModelError({ modelId, modelType: 'imageModel', message })
  }
  return {
    specificationVersion: 'v4',
    image,
    imageModel: image,
    languageModel(modelId) {
      throw new NoSuchModelError({ modelId, modelType: 'languageModel' })
    },
    embeddingModel(modelId) {
      throw new NoSuchModelError({ modelId, modelType: 'embeddingModel' })
    },
  }
}
