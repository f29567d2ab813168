import type { ImageModelV4, ImageModelV4CallOptions, ImageModelV4Result, JSONValue } from '@ai-sdk/provider'
import { invalidArgument } from '@fastflow/core'
import { decodeImage, encodePng } from '@fastflow/media'
import type { Accelerate, GeneratedImage, GenerateOptions, Pipeline } from '@fastflow/pipelines'
import { pictureOf, promptOf, sizeOf, warningsOf } from './call.ts'
import { type FastFlowImageOptions, imageOptionsOf } from './image-options.ts'

/** Seeds of calls that bring none. */
const SEEDS = 2 ** 32

/** Images a call, each some of the memory and time of the process. */
const MAX_IMAGES = 16

/** An image model in this process. */
export function localModel(modelId: string, pipe: Pipeline): ImageModelV4 {
  if (pipe.task === 'text-to-video')
    throw invalidArgument('modelId', `${modelId} makes clips, not images; use its pipeline`)
  return {
    specificationVersion: 'v4',
    provider: 'fastflow',
    modelId,
    maxImagesPerCall: MAX_IMAGES,
    supportsFileInputs: pipe.task === 'image-editing',
    supportsMaskInputs: false,
    async doGenerate(call) {
      const timestamp = new Date()
      const options = await optionsOf(pipe, call)
      const { items, notes } = await pipe.generate(promptOf(call), options)
      const images = await Promise.all(items.map(({ image }) => encodePng(image)))
      return {
        images,
        warnings: [...warningsOf(call), ...notes.map((message) => ({ type: 'other' as const, message }))],
        providerMetadata: { fastflow: { images: items.map(metadataOf) } },
        response: { timestamp, modelId, headers: undefined },
      } satisfies ImageModelV4Result
    },
  }
}

async function optionsOf(pipe: Pipeline, call: ImageModelV4CallOptions): Promise<GenerateOptions> {
  const given = imageOptionsOf(call.providerOptions.fastflow)
  const { negativePrompt, numSteps, guidanceScale, strength } = given
  const bytes = pictureOf(call)
  const ownSize =
    pipe.task === 'image-editing' && pipe.defaults.width === undefined ? { size: pipe.size } : {}
  return {
    count: call.n,
    seed: call.seed ?? Math.floor(Math.random() * SEEDS),
    clock: () => performance.now(),
    accelerate: accelerateOf(given),
    ...sizeOf(call),
    ...(negativePrompt !== undefined && { negativePrompt }),
    ...(numSteps !== undefined && { numSteps }),
    ...(guidanceScale !== undefined && { guidanceScale }),
    ...(strength !== undefined && { strength }),
    ...(bytes && { image: await decodeImage(bytes, { ...ownSize, field: 'files' }) }),
    ...(call.abortSignal && { signal: call.abortSignal }),
  }
}

function accelerateOf({ accelerate = 'auto', nfe, passes, target }: FastFlowImageOptions): Accelerate {
  if (target?.lpips !== undefined)
    throw invalidArgument(
      'target',
      'with lpips needs a server, which has the network that measures it; pass psnr',
    )
  if (target) return { target: target as { psnr: number } }
  if (nfe === undefined && passes === undefined) return accelerate
  return {
    method: accelerate === 'plan' ? 'plan' : 'auto',
    ...(nfe !== undefined ? { nfe } : { passes: passes! }),
  }
}

/** What an image cost, and the seed that makes it again. */
function metadataOf({ seed, stats }: GeneratedImage): JSONValue {
  // Undefined values are no JSON.
  return JSON.parse(JSON.stringify({ seed, ...stats }))
}
