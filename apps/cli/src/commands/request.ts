import { createHash } from 'node:crypto'
import type { Accelerate, GeneratedImage, ImageInput, RunSettings } from '@fastflow/pipelines'
import { readingOf } from '../run-options.ts'
import type { Origin } from './origin.ts'
import type { ProduceOptions } from './produce-options.ts'

/** What a result comes from, besides the options. */
export interface Made {
  readonly accelerate: Accelerate
  readonly image: ImageInput | undefined
  /** Of the run, the model's own where the options leave them out. */
  readonly settings: RunSettings
  readonly item: GeneratedImage
}

/**
 * Digest, hex, of everything that was asked for, by which a result is told from another one of the same name. How many images
 * were asked for together does not count, nor where they went; of budgets between two plans, the plan that was followed.
 */
export function requestOf(
  { task, digest }: Origin,
  options: ProduceOptions,
  { accelerate, image, settings: all, item }: Made,
): string {
  const { nfe, passes } = options
  const { negativePrompt = null, ...settings } = all
  const { caption, seed, stats } = item
  const planned = stats.nfe < stats.steps
  const budget = {
    nfe: nfe !== undefined && planned ? stats.nfe : nfe,
    passes: passes !== undefined && planned ? stats.passes : passes,
  }
  // Functions are left out: the rest of a policy, of a target and of its proxy is data.
  const method = typeof accelerate === 'string' ? accelerate : { ...accelerate, ...budget }
  const request = [task, digest, caption, negativePrompt, seed, settings, method]
  const reading = readingOf(options)
  if (Object.keys(reading).length > 0) request.push(reading)
  const hash = createHash('sha256').update(JSON.stringify(request))
  if (image !== undefined) hash.update(`${image.width} x ${image.height}`).update(image.data)
  return hash.digest('hex').slice(0, 16)
}
