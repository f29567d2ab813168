import {
  APICallError,
  type ImageModelV4,
  type ImageModelV4CallOptions,
  type ImageModelV4Result,
  type JSONArray,
} from '@ai-sdk/provider'
import { pictureOf, promptOf, warningsOf } from './call.ts'
import { imageOptionsOf } from './image-options.ts'
import type { RemoteOptions } from './options.ts'

/** What is read of a server's answer. */
interface Answer {
  readonly data: readonly { readonly b64_json: string }[]
  readonly fastflow: {
    readonly notes?: readonly string[]
    readonly images?: readonly object[]
    readonly policy: string | null
    readonly digest: string
  }
  readonly usage?: {
    readonly input_tokens: number
    readonly output_tokens: number
    readonly total_tokens: number
  }
}

/** Images a request that servers take unless told otherwise. The SDK sends more as several, of one seed: so not one by one. */
const MAX_IMAGES = 10

/** An image model of a server. */
export function remoteModel(modelId: string, options: RemoteOptions): ImageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'fastflow',
    modelId,
    maxImagesPerCall: MAX_IMAGES,
    supportsMaskInputs: false,
    async doGenerate(call) {
      const timestamp = new Date()
      const body = bodyOf(modelId, call)
      const path = body.image === undefined ? 'images/generations' : 'images/edits'
      const url = `${options.baseURL.replace(/\/+$/, '')}/${path}`
      const response = await send(url, body, call, options)
      const headers = Object.fromEntries(response.headers)
      const { data, fastflow, usage } = (await response.json()) as Answer
      const { notes = [], images = [], policy, digest } = fastflow
      return {
        images: data.map(({ b64_json }) => b64_json),
        warnings: [...warningsOf(call), ...notes.map((message) => ({ type: 'other' as const, message }))],
        // The SDK passes on what is said of each image alone.
        providerMetadata: {
          fastflow: { images: images.map((image) => ({ ...image, policy, digest })) as JSONArray },
        },
        response: { timestamp, modelId, headers },
        ...(usage && {
          usage: {
            inputTokens: usage.input_tokens,
            outputTokens: usage.output_tokens,
            totalTokens: usage.total_tokens,
          },
        }),
      } satisfies ImageModelV4Result
    },
  }
}

/** The request in the server's words; what is undefined is left out when it becomes JSON. */
function bodyOf(modelId: string, call: ImageModelV4CallOptions): Readonly<Record<string, unknown>> {
  const { negativePrompt, numSteps, guidanceScale, strength, ...effort } = imageOptionsOf(
    call.providerOptions.fastflow,
  )
  const picture = pictureOf(call)
  return {
    model: modelId,
    prompt: promptOf(call),
    n: call.n,
    size: call.size,
    seed: call.seed,
    response_format: 'b64_json',
    negative_prompt: negativePrompt,
    num_inference_steps: numSteps,
    guidance_scale: guidanceScale,
    strength,
    image: picture && Buffer.from(picture).toString('base64'),
    fastflow: Object.keys(effort).length > 0 ? effort : undefined,
  }
}

async function send(
  url: string,
  body: Readonly<Record<string, unknown>>,
  { abortSignal, headers: more }: ImageModelV4CallOptions,
  { apiKey, headers, fetch = globalThis.fetch }: RemoteOptions,
): Promise<Response> {
  const all = { ...headers, ...more, ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }) }
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...Object.fromEntries(given), 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(abortSignal && { signal: abortSignal }),
  }).catch((cause: Error) => {
    if (abortSignal?.aborted) throw cause
    const message = `the server at ${url} cannot be reached (${cause.message})`
    throw new APICallError({ message, url, requestBodyValues: body, cause, isRetryable: true })
  })
  if (!response.ok) throw await failureOf(response, url, body)
  return response
}

/** The server's own words; 429 and what is the server's fault can be tried again, which the SDK does. */
async function failureOf(response: Response, url: string, body: unknown): Promise<APICallError> {
  const responseBody = await response.text()
  return new APICallError({
    message: wordsOf(responseBody) ?? `the server answered ${response.status}`,
    url,
    requestBodyValues: body,
    statusCode: response.status,
    responseHeaders: Object.fromEntries(response.headers),
    responseBody,
  })
}

function wordsOf(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text).error
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}
