import type { Backend, StepEvent } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import { framesOf } from '../flow.ts'
import { attempt } from '../notes.ts'
import type { Acceleration } from '../policy/acceleration.ts'
import { Picture } from '../state/picture.ts'
import { isCancelled } from '../task/failure.ts'
import type { PreparedFlow } from '../task/prepare.ts'
import type { GenerateOptions, GenerateStep } from './options.ts'
import { type GeneratedImage, type GenerateResult, statsOf } from './result.ts'

/** What the images of one subject have in common. */
interface Turn {
  /** The condition in a few numbers. */
  readonly features: readonly number[]
  /** @param ordinary whether its states have to live in ordinary memory. */
  prepare(seed: number, ordinary: boolean): PreparedFlow<unknown>
}

/** A checked request for images or clips. */
export interface GenerateRequest {
  /** Images of each subject. */
  readonly count: number
  readonly firstSeed: number
  readonly acceleration: Acceleration
  /** One a subject. */
  readonly turns: readonly Turn[]
  /** Remarks on what was asked for. */
  readonly notes: readonly string[]
  /** What pictures are saved by. */
  readonly write: Backend['write']
  readonly options: Pick<GenerateOptions, 'signal' | 'clock' | 'onStep' | 'onImage'>
}

/** Samples, decodes and delivers one image after the other. */
export async function generateImages(request: GenerateRequest): Promise<GenerateResult> {
  const { acceleration, options } = request
  const items: GeneratedImage<Picture>[] = []
  const notes: string[] = []
  for (let index = 0; index < request.count * request.turns.length; index++) {
    throwIfAborted(options.signal, 'generation')
    const turn = request.turns[Math.floor(index / request.count)]!
    const flow = turn.prepare(request.firstSeed + index, acceleration.listens())
    try {
      const item = await generateImage(request, turn, flow, index)
      items.push(item)
      // What was learned must not be lost to a failing callback, nor the image to what cannot be learned from it.
      try {
        await options.onImage?.(item)
      } finally {
        await learn(acceleration, item, notes)
      }
      const shadowNfe = acceleration.shadowNfe?.() ?? 0
      if (shadowNfe > 0) items[index] = { ...item, stats: { ...item.stats, shadowNfe } }
    } finally {
      flow.release()
    }
  }
  const clips = items.flatMap(({ clip }) => clip ?? [])
  return {
    images: clips.length > 0 ? [] : items.map(({ image }) => image),
    clips,
    items,
    policy: acceleration.document(),
    plan: acceleration.plan(),
    notes: [...request.notes, ...acceleration.notes, ...notes],
  }
}

/** The image is there and stays the result: what comes of it besides, such as a plan, may be cancelled or fail. */
async function learn(
  acceleration: Acceleration,
  { image, clip }: GeneratedImage,
  notes: string[],
): Promise<void> {
  await attempt(notes, 'what the image taught is not kept', async () => {
    try {
      await acceleration.save(clip?.frames ?? [image])
    } catch (error) {
      if (!isCancelled(error)) throw error
      notes.push('planning from this image was cancelled: there is no plan yet, the next call makes it')
    }
  })
}

async function generateImage(
  request: GenerateRequest,
  { features }: Turn,
  flow: PreparedFlow<unknown>,
  index: number,
): Promise<GeneratedImage<Picture>> {
  const { space } = flow
  const { signal, clock, onStep } = request.options
  const seed = request.firstSeed + index
  const result = await request.acceleration.sample({
    velocity: flow.velocity,
    schedule: flow.schedule,
    ...(flow.solver && { solver: flow.solver }),
    x: flow.noise,
    seed,
    features,
    render: async (x) => framesOf(flow, await flow.pixels(x, signal)),
    space,
    passesPerEvaluation: flow.passesPerEvaluation,
    ...(signal && { signal }),
    ...(clock && { clock }),
    ...(onStep && {
      onStep: (event) => onStep(stepOf(flow, event, index)),
    }),
  })
  try {
    if (result.status.kind !== 'completed') throw flow.failure(result.status)
    const pixels = await flow.pixels(result.x, signal)
    const pictures = framesOf(flow, pixels).map((frame) => new Picture(frame, request.write))
    return {
      image: pictures[0]!,
      clip: flow.fps === undefined ? undefined : { frames: pictures, fps: flow.fps },
      index,
      seed,
      caption: flow.caption,
      stats: statsOf(flow, result),
    }
  } finally {
    space.release(result.x)
  }
}

function stepOf(flow: PreparedFlow<unknown>, event: StepEvent<unknown>, image: number): GenerateStep {
  const { x, velocity: _, ...rest } = event
  return {
    ...rest,
    image,
    preview: (frame) => flow.preview(event, frame),
    state: async () => (await flow.download(x)).slice(),
  }
}
