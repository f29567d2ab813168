import type { Feeds, ResidentRunner, ResidentTensor, Tensor } from '@fastflow/core'
import type { Network, Pass, Passes, PassRunner } from './passes.ts'

/**
 * States on a graphics card: one pass after the other, and their velocities combined there. What the condition holds in
 * float32 (tokens of the prompt, latents of a picture) is copied to the card once; masks, labels and the noise level,
 * a few bytes, travel with every pass.
 */
export function residentPasses<T>(
  runner: ResidentRunner<T>,
  { state }: Pick<Network, 'state'>,
  dims: readonly number[],
): PassRunner<T> {
  const { space } = runner
  // Both passes of guidance see the same picture: tensors, not passes, are what is copied.
  const copies = new Map<Tensor, T>()
  const velocities: T[] = []
  const onCard = (tensor: Tensor): Tensor | ResidentTensor<T> => {
    if (tensor.type !== 'float32') return tensor
    const vector = copies.get(tensor) ?? runner.upload(tensor.data as Float32Array)
    copies.set(tensor, vector)
    return { vector, dims: tensor.dims }
  }
  const allocate = (like: T): T => {
    const vector = space.allocate(like)
    velocities.push(vector)
    return vector
  }
  const evaluate = async (feeds: OnCard<T>, x: T, sigma: number, out: T): Promise<number> => {
    const shape = [1, ...dims]
    const timestep: Tensor = { type: 'float32', dims: [1], data: Float32Array.of(sigma) }
    const { timing } = await runner.run(
      { ...feeds, [state]: { vector: x, dims: shape }, timestep },
      { velocity: { vector: out, dims: shape } },
    )
    return timing.ms
  }

  function open(passes: readonly Pass[]): Passes<T> {
    const feeds = passes.map((pass) => mapped(pass.feeds, onCard))
    // One pass alone has the weight 1 and writes where the velocity is wanted.
    const own: T[] = []
    const combine = (out: T, weights: readonly number[]): void =>
      space.linearCombination(
        out,
        own.map((vector, pass) => ({ weight: weights[pass]!, vector })),
      )
    const weights = passes.map(({ weight }) => weight)
    return {
      async run(out, x, sigma, signal) {
        if (passes.length === 1) return evaluate(feeds[0]!, x, sigma, out)
        let ms = 0
        for (const [pass, fed] of feeds.entries()) {
          if (signal?.aborted) return ms
          own[pass] ??= allocate(x)
          ms += await evaluate(fed, x, sigma, own[pass])
        }
        combine(out, weights)
        return ms
      },
      combine,
    }
  }

  return {
    open,
    release() {
      for (const vector of [...copies.values(), ...velocities.splice(0)]) space.release(vector)
      copies.clear()
    },
  }
}

type OnCard<T> = Readonly<Record<string, Tensor | ResidentTensor<T>>>

function mapped<T>(feeds: Feeds, onCard: (tensor: Tensor) => Tensor | ResidentTensor<T>): OnCard<T> {
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, onCard(tensor)]))
}
