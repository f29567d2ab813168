import { nodeBackend } from '@fastflow/backend-node'
import type { BenchTrajectory } from '@fastflow/bench'
import { parsePlan, type RgbImage, type SkipPolicy, sample, uniformSkip } from '@fastflow/core'
import { loadPipeline } from '@fastflow/pipelines'
import { decibels } from './psnr.ts'

/** A run of the emoji model as it is drawn. */
export interface EmojiRun {
  readonly name: string
  /** One letter a step: C evaluated, S skipped. */
  readonly decisions: string
  readonly image: RgbImage
  /** PSNR in dB of the final latent to the full run's. */
  readonly psnr: number
  /** How far it is from the full run's state, at every landing. */
  readonly trajectory: BenchTrajectory
}

const BUDGET = 12

/** The full run of one prompt, the model's plan of twelve evaluations, and twelve evenly spread ones. Costs 86 evaluations. */
export async function emojiRuns(model: string): Promise<readonly EmojiRun[]> {
  const pipe = await loadPipeline(model, { backend: nodeBackend(), threads: 1 })
  try {
    const accelerate = { method: 'plan', nfe: BUDGET } as const
    const { plan } = await pipe.generate('a red fox, 3d', { seed: 7, accelerate })
    const flow = await pipe.prepare('a red fox, 3d', { seed: 7 })
    const states: Float32Array[] = []
    const run = async (name: string, method: string, policy?: SkipPolicy): Promise<EmojiRun> => {
      const points: { sigma: number; psnr: number }[] = []
      const { x, stats } = await sample({
        velocity: flow.velocity,
        schedule: flow.schedule,
        x: flow.noise,
        ...(policy && { policy }),
        onStep({ x, sigma, index }) {
          if (policy === undefined) states[index] = x.slice()
          else points.push({ sigma, psnr: decibels(x, states[index]!) })
        },
      })
      const image = flow.toImage(await flow.pixels(x))
      return {
        name,
        decisions: stats.decisions,
        image,
        psnr: decibels(x, states.at(-1)!),
        trajectory: { method, points },
      }
    }
    return [
      await run('full run', 'full'),
      await run('plan', `plan-${BUDGET}`, parsePlan(plan!).at(BUDGET)),
      await run('evenly spread', `uniform-${BUDGET}`, uniformSkip(BUDGET)),
    ]
  } finally {
    await pipe.dispose()
  }
}
