import type { RuntimeChoice } from '../engine/protocol.ts'
import { sensible } from './sensible.ts'
import type { Settings } from './settings.ts'
import type { Prompts, State } from './state.ts'

const KEY = 'fastflow-studio.settings'

/** Settings that outlive the page. */
const remembered = ['seed', 'mode', 'metric', 'psnr', 'lpips', 'share', 'compare', 'label', 'nfe'] as const

/** What the page was left with. */
export interface Remembered {
  /** Name of the model's folder. */
  readonly model: string | undefined
  readonly settings: Partial<Settings>
  readonly prompts: Prompts
  readonly runtime: RuntimeChoice
}

export function remember({ model, settings, prompts, runtime }: State): void {
  try {
    const kept = Object.fromEntries(remembered.map((name) => [name, settings[name]]))
    localStorage.setItem(KEY, JSON.stringify({ ...kept, model: model?.name, prompts, runtime }))
  } catch {
    // A browser that keeps nothing is no reason to stop.
  }
}

/** What was remembered, as far as it makes sense. */
export function recall(): Remembered {
  try {
    const { model, prompts, runtime, ...settings } = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return {
      model: typeof model === 'string' ? model : undefined,
      settings: sensible(settings, remembered),
      prompts: promptsOf(prompts),
      runtime: /^(webgpu|wasm-[1-9]\d?)$/.test(runtime) ? runtime : 'auto',
    }
  } catch {
    return { model: undefined, settings: {}, prompts: {}, runtime: 'auto' }
  }
}

function promptsOf(kept: unknown): Prompts {
  const prompts = Object.entries(kept ?? {}).filter(
    ([, prompt]) => 'prompt' in sensible({ prompt }, ['prompt']),
  )
  return Object.fromEntries(prompts)
}
