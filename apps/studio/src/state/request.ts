import type { Accelerate, FlowOptions } from '@fastflow/pipelines'
import { runSettingsOf, type State } from './state.ts'

/** What the settings ask the pipeline for. */
export function requestOf({ settings, about, source }: State): {
  readonly options: FlowOptions
  readonly accelerate: Accelerate
} {
  const { seed, negativePrompt } = settings
  const reads = about?.task !== 'class-to-image'
  const options: FlowOptions = {
    seed,
    ...runSettingsOf(settings),
    ...(reads && negativePrompt.trim() !== '' && { negativePrompt }),
    ...(about?.task === 'image-editing' && source && { image: source.image }),
  }
  return { options, accelerate: accelerationOf(settings) }
}

function accelerationOf(settings: State['settings']): Accelerate {
  const { mode, nfe, numSteps, metric, share } = settings
  if (mode === 'learn') return 'paper'
  if (mode === 'auto') return 'auto'
  if (mode === 'quality') return { target: { [metric]: settings[metric], confidence: share } }
  return nfe >= numSteps ? 'off' : { method: 'plan', nfe }
}

/** The class or the prompt. */
export function subjectOf({ settings, about }: State): string {
  return about?.task === 'class-to-image' ? settings.label : settings.prompt
}

/** Equal for two states exactly if they have the same full run. */
export function resultKey(state: State): string {
  const { options } = requestOf(state)
  const { image, ...rest } = options
  return JSON.stringify([state.model?.name, subjectOf(state), rest, image && digestOf(image.data)])
}

/** FNV-1a over the bytes: tells two pictures apart, no more. */
function digestOf(data: Uint8Array | Uint8ClampedArray): number {
  let hash = 0x811c9dc5
  for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
