import type { Accelerate, FlowOptions } from '@fastflow/pipelines'
import type { ModelAbout } from '../engine/protocol.ts'
import type { PictureRequest } from './picture-request.ts'
import { runSettingsOf, type Settings } from './settings.ts'
import type { State } from './state.ts'

/** The present request; undefined as long as no model is loaded. */
export function requestOf({ model, about, settings, source: chosen }: State): PictureRequest | undefined {
  if (model === undefined || about === undefined) return undefined
  const source = about.task === 'image-editing' ? chosen : undefined
  const subject = subjectOf(about, settings)
  const request = { id: crypto.randomUUID(), model, about, subject, source, settings }
  return { ...request, key: keyOf(request) }
}

/** The class or the prompt. */
function subjectOf({ task }: ModelAbout, { label, prompt }: Settings): string {
  return task === 'class-to-image' ? label : prompt
}

/** What the pipeline is asked for. */
export function optionsOf({
  about,
  settings,
  source,
}: Pick<PictureRequest, 'about' | 'settings' | 'source'>): FlowOptions {
  const { seed, negativePrompt } = settings
  const reads = about.task !== 'class-to-image'
  return {
    seed,
    ...runSettingsOf(settings),
    ...(reads && negativePrompt.trim() !== '' && { negativePrompt }),
    ...(source && { image: source.image }),
  }
}

export function accelerationOf(settings: Settings): Accelerate {
  const { mode, nfe, numSteps, metric, share } = settings
  if (mode === 'learn') return 'paper'
  if (mode === 'auto') return 'auto'
  if (mode === 'quality') return { target: { [metric]: settings[metric], confidence: share } }
  return nfe >= numSteps ? 'off' : { method: 'plan', nfe }
}

/** Equal for two requests exactly if they have the same full run. */
function keyOf(request: Omit<PictureRequest, 'id' | 'key'>): string {
  const { image, ...options } = optionsOf(request)
  const { model, about, subject } = request
  return JSON.stringify([model.name, about.digest, subject, options, image && digestOf(image.data)])
}

/** FNV-1a over the bytes: tells two pictures apart, no more. */
function digestOf(data: Uint8Array | Uint8ClampedArray): number {
  let hash = 0x811c9dc5
  for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
