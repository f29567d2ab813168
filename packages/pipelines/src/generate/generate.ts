import type { Flow } from '../flow.ts'
import type { Acceleration } from './acceleration.ts'
import type { GenerateOptions } from './options.ts'
import { type GeneratedImage, type GenerateResult, statsOf } from './result.ts'

/** A checked request for images. */
export interface GenerateTask {
  readonly label: string
  readonly count: number
  readonly firstSeed: number
  readonly acceleration: Acceleration
  prepare(seed: number): Flow
  readonly options: Pick<GenerateOptions, 'signal' | 'clock' | 'onStep' | 'onImage'>
}

/** Samples, decodes and delivers one image after the other. */
export async function generateImages(task: GenerateTask): Promise<GenerateResult> {
  const { acceleration, options } = task
  const items: GeneratedImage[] = []
  for (let index = 0; index < task.count; index++) {
    const item = await generateImage(task, index)
    items.push(item)
    // The image must not be lost to a store that cannot be written to, nor what was learned to a failing callback.
    try {
      await options.onImage?.(item)
    } finally {
      await acceleration.save()
    }
  }
  const images = items.map(({ image }) => image)
  return {
    images,
    items,
    policy: acceleration.document(),
    plan: acceleration.plan(),
    notes: acceleration.notes,
  }
}

async function generateImage(task: GenerateTask, index: number): Promise<GeneratedImage> {
  const { signal, clock, onStep } = task.options
  const seed = task.firstSeed + index
  const flow = task.prepare(seed)
  const result = await task.acceleration.sample({
    velocity: flow.velocity,
    schedule: flow.schedule,
    x: flow.noise,
    seed,
    passesPerEvaluation: flow.passesPerEvaluation,
    ...(signal && { signal }),
    ...(clock && { clock }),
    ...(onStep && { onStep: (event) => onStep({ ...event, image: index }) }),
  })
  if (result.status.kind !== 'completed') throw flow.failure(result.status)
  const image = flow.toImage(await flow.pixels(result.x))
  return { image, index, seed, label: task.label, stats: statsOf(flow, result) }
}
