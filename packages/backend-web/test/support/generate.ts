import type { Accelerate, Pipeline } from '@fastflow/pipelines'

/** One generation, the same in Node and in the browser. */
export interface Generation {
  readonly subject: string
  readonly seed: number
  readonly accelerate: Accelerate
  readonly numSteps?: number
}

/** Decoded pixels in [-1, 1] before they are rounded to bytes. */
export async function generate(pipe: Pipeline, generation: Generation): Promise<number[]> {
  const { syntheticImages } = await import('@fastflow/pipelines')
  const { subject, seed, accelerate, numSteps } = generation
  const options = {
    seed,
    ...(numSteps !== undefined && { numSteps }),
    ...(pipe.task === 'image-editing' && { image: syntheticImages(pipe.size)[0]! }),
  }
  let last: Float32Array = new Float32Array()
  await pipe.generate(subject, {
    ...options,
    accelerate,
    onStep: async ({ index, numSteps: all, state }) => {
      if (index === all) last = await state()
    },
  })
  const flow = await pipe.prepare(subject, options)
  return [...(await flow.pixels(last))]
}
