import { type BenchFlow, type BenchSample, framesOf, shownMethods } from '@fastflow/bench'
import type { Comparison, Media, Picture } from '@fastflow/report'
import { clipMedia, imageMedia } from './media.ts'

/** The images or clips of one sample, full run first, for the methods the report shows. */
export async function comparisonOf(sample: BenchSample, budgets: readonly number[]): Promise<Comparison> {
  const methods = shownMethods(budgets)
  const shown = sample.runs.filter(({ measurement }) => methods.includes(measurement.method))
  const pictures = await Promise.all(
    shown.map(async ({ measurement, scores }): Promise<Picture> => {
      const { method, nfe, decisions, pixels } = measurement
      const media = await mediaOf(sample.flow, pixels)
      return { method, nfe, psnr: method === 'full' ? undefined : scores.psnr, decisions, media }
    }),
  )
  return { caption: sample.label, seed: sample.seed, pictures }
}

async function mediaOf(flow: BenchFlow, pixels: Float32Array): Promise<Media> {
  const frames = framesOf(flow, pixels)
  return flow.fps === undefined ? imageMedia(frames[0]!) : clipMedia({ fps: flow.fps, frames })
}
