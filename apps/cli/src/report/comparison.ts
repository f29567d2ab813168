import type { BenchSample } from '../bench/samples.ts'
import { encodePng } from '../png.ts'
import type { Comparison, Picture } from './document.ts'

/** The images of one sample, full run first, for the methods the report shows. */
export async function comparisonOf(sample: BenchSample, methods: readonly string[]): Promise<Comparison> {
  const shown = sample.runs.filter(({ measurement }) => methods.includes(measurement.method))
  const pictures = await Promise.all(
    shown.map(async ({ measurement, scores }): Promise<Picture> => {
      const { method, nfe, decisions, pixels } = measurement
      const png = (await encodePng(sample.flow.toImage(pixels))).toString('base64')
      return { method, nfe, psnr: method === 'full' ? undefined : scores.psnr, decisions, png }
    }),
  )
  return { caption: sample.label, seed: sample.seed, pictures }
}
