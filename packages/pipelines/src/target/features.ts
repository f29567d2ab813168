import { type Feeds, fillNormal, type Tensor } from '@fastflow/core'
import { checkNumber, checkNumbers } from '@fastflow/core/backend'

/** Directions that a prompt's embedding is projected on. */
export const PROJECTED = 4

/** Entries for the landings of the request itself, the last ones. */
export const LANDING_FEATURES = 2

/**
 * Entries of a context: 1, the projected condition, the landings of the request before, the size of the image that the first
 * evaluation predicts, and the landings of the request itself.
 */
export const CONTEXT_SIZE: number = PROJECTED + 3 + LANDING_FEATURES

/** Fixed, so that contexts mean the same in every process. */
const PROJECTION_SEED = 20_111

/**
 * The condition of a generation in a few numbers of size about 1, at no evaluation: the mean embedding of the prompt's
 * tokens, scaled to length 1, on fixed random directions; a class by its id gets random numbers of its own.
 * Guidance is no part of it, since plans and all that is learned of them belong to one guidance scale.
 */
export function conditionFeatures(feeds: Feeds): readonly number[] {
  const { class_labels: label, encoder_hidden_states: states, encoder_attention_mask: mask } = feeds
  if (label !== undefined) return [...fillNormal(new Float32Array(PROJECTED), Number(label.data[0]))]
  if (states === undefined) return new Array<number>(PROJECTED).fill(0)
  return project(meanToken(states, mask))
}

/**
 * The context of a request without landings of its own yet.
 *
 * @param previous landings of the request before, in standard deviations of the measured runs.
 * @param size of the image that the first evaluation predicts, in the same; 0 before it.
 */
export function contextOf(features: readonly number[], previous: number, size = 0): number[] {
  checkNumbers('features', features, 'numbers')
  checkNumber('previous', previous, -Infinity)
  checkNumber('size', size, -Infinity)
  return [1, ...features, scaled(previous), scaled(size), ...new Array<number>(LANDING_FEATURES).fill(0)]
}

/** Standard deviations as an entry of a context, of size about 1. */
export function scaled(score: number): number {
  return Math.min(2, Math.max(-2, score)) / 2
}

function meanToken(states: Tensor, mask: Tensor | undefined): Float64Array {
  const width = states.dims.at(-1)!
  const mean = new Float64Array(width)
  for (let token = 0; token < states.data.length / width; token++) {
    if (mask !== undefined && Number(mask.data[token]) === 0) continue
    for (let i = 0; i < width; i++) mean[i]! += Number(states.data[token * width + i])
  }
  return mean
}

function project(embedding: Float64Array): readonly number[] {
  const width = embedding.length
  const length = Math.sqrt(embedding.reduce((sum, value) => sum + value * value, 0))
  const directions = fillNormal(new Float32Array(PROJECTED * width), PROJECTION_SEED)
  return Array.from({ length: PROJECTED }, (_, row) => {
    let dot = 0
    for (let i = 0; i < width; i++) dot += directions[row * width + i]! * embedding[i]!
    return length > 0 ? dot / length : 0
  })
}
