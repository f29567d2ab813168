/** What a request says, as it came, without what is null. */
export interface RequestBody {
  readonly model?: string
  readonly prompt: string
  readonly n?: number
  readonly size?: string
  readonly quality?: Quality
  readonly background?: 'auto' | 'opaque' | 'transparent'
  readonly output_format?: 'png' | 'jpeg' | 'webp' | 'apng'
  readonly output_compression?: number
  readonly response_format?: 'b64_json' | 'url'
  readonly stream?: boolean
  readonly partial_images?: number
  readonly moderation?: 'auto' | 'low'
  readonly style?: 'vivid' | 'natural'
  readonly user?: string
  readonly input_fidelity?: 'high' | 'low'
  readonly seed?: number
  readonly negative_prompt?: string
  readonly num_inference_steps?: number
  readonly guidance_scale?: number
  readonly fastflow?: AccelerationBody
  /** Of videos. */
  readonly seconds?: string | number
}

export type Quality = 'auto' | 'low' | 'medium' | 'high' | 'standard' | 'hd'

/** How much to evaluate; see `Accelerate` of @fastflow/pipelines. */
export interface AccelerationBody {
  readonly accelerate?: 'off' | 'auto' | 'plan' | 'paper'
  readonly nfe?: number
  readonly passes?: number
  readonly target?: { readonly psnr?: number; readonly lpips?: number; readonly confidence?: number }
}

/** A body without the fields that are null, which stand for "not given" in the official clients. */
export function withoutNulls(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  return Object.fromEntries(
    Object.entries(body)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, name === 'fastflow' || name === 'target' ? withoutNulls(value) : value]),
  )
}
