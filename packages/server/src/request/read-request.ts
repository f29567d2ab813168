import { randomInt } from 'node:crypto'
import { invalidArgument } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'
import type { Limits } from '../admission/limits.ts'
import type { JobKind, JobRequest, PlainAcceleration } from '../ports/job.ts'
import { accelerationOf } from './acceleration.ts'
import type { RequestBody } from './body.ts'
import { framesOf } from './frames.ts'
import { sizeOf } from './size.ts'

/** Share of the picture that is made anew, for models that begin at it. */
const STRENGTHS = { high: 0.5, low: 0.8 } as const

const LAST_SEED = 0xffffffff

/** What this server can be asked for besides what a model can. */
export interface Offer {
  readonly limits: Limits
  /** What is evaluated where a request does not say. */
  readonly accelerate: PlainAcceleration
  readonly moderated: boolean
}

/**
 * A request, checked against the model and the limits, without its pictures. A seed that is not given is drawn here, so that
 * the job makes the same image whenever it runs.
 *
 * @throws FastFlowError `invalid-argument` naming the field.
 */
export function readRequest(kind: JobKind, body: RequestBody, pipe: Pipeline, offer: Offer): JobRequest {
  const { limits } = offer
  checkKind(kind, pipe)
  checkOutput(body, offer)
  const n = within('n', body.n ?? 1, limits.images, 'images')
  const numSteps = body.num_inference_steps
  if (numSteps !== undefined) within('num_inference_steps', numSteps, limits.steps, 'steps')
  const size = sizeOf(body.size, pipe, limits.pixels)
  const settings = {
    ...size,
    ...(numSteps !== undefined && { numSteps }),
    ...(body.guidance_scale !== undefined && { guidanceScale: body.guidance_scale }),
    ...(body.negative_prompt !== undefined && { negativePrompt: body.negative_prompt }),
    ...(kind === 'video' && framesOf(body.seconds, pipe, limits.frames)),
    ...(body.input_fidelity !== undefined && { strength: STRENGTHS[body.input_fidelity] }),
  }
  // Options of other models, and values that are wrong for this one.
  pipe.planKey(settings)
  const { output_compression: compression } = body
  return {
    prompt: checkSubject(body.prompt, pipe),
    n,
    seed: seedOf(body.seed, n),
    ...settings,
    accelerate: accelerationOf(body, offer.accelerate),
    format: body.output_format ?? (kind === 'video' ? 'webp' : 'png'),
    ...(compression !== undefined && { compression }),
    partialImages: body.partial_images ?? 0,
  }
}

function checkKind(kind: JobKind, { task, model, defaults }: Pipeline): void {
  const isVideo = task === 'text-to-video'
  if (isVideo !== (kind === 'video'))
    throw invalidArgument('model', `${model} makes ${isVideo ? 'videos' : 'images'}; ask for one that fits`)
  // Models that draw in several sizes may change a picture too, or begin at one: whether this one does it says itself.
  const edits = task === 'image-editing' || (task === 'text-to-image' && defaults.width !== undefined)
  if (kind === 'edit' && !edits)
    throw invalidArgument('model', `${model} edits no pictures; ask for one that does`)
  if (kind === 'generation' && task === 'image-editing')
    throw invalidArgument('model', `${model} edits pictures; send one to /v1/images/edits`)
}

function checkOutput(body: RequestBody, { moderated }: Offer): void {
  const refuse = (field: keyof RequestBody, why: string): never => {
    throw invalidArgument(field, why)
  }
  if (body.background === 'transparent') refuse('background', 'pictures are opaque here; say opaque or auto')
  if (body.style !== undefined) refuse('style', 'no model here knows styles; say it in the prompt')
  if (body.moderation !== undefined && !moderated)
    refuse('moderation', 'this server moderates nothing; leave it out')
  if (body.output_compression !== undefined && !['jpeg', 'webp'].includes(body.output_format ?? 'png'))
    refuse('output_compression', `goes with jpeg and webp, not ${body.output_format ?? 'png'}`)
  if (body.stream && body.response_format === 'url')
    refuse('response_format', 'events bring pictures as b64_json; leave it out, or do not stream')
  if (body.partial_images !== undefined && body.partial_images > 0 && !body.stream)
    refuse('partial_images', 'goes with stream; say stream: true, or leave it out')
}

function checkSubject(prompt: string, { task, labels, model }: Pipeline): string {
  if (prompt.trim() === '') throw invalidArgument('prompt', 'is empty; say what is to be made')
  if (task !== 'class-to-image' || labels.includes(prompt)) return prompt
  const some = labels.slice(0, 20).join(', ')
  throw invalidArgument('prompt', `${model} draws classes; say one of ${some}`)
}

function seedOf(seed: number | undefined, n: number): number {
  if (seed === undefined) return randomInt(LAST_SEED - n + 2)
  if (seed + n - 1 <= LAST_SEED) return seed
  throw invalidArgument('seed', `${seed} leaves no seeds for ${n} images; the last one is ${LAST_SEED}`)
}

function within(field: string, value: number, most: number, what: string): number {
  if (value <= most) return value
  throw invalidArgument(field, `${value} is over the ${most} ${what} that this server makes`)
}
