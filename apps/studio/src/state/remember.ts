import { LPIPS_LEVELS } from './plan.ts'
import type { Settings } from './settings.ts'

const KEY = 'fastflow-studio.settings'

/** Settings that outlive the page. Prompts do not. */
const remembered = ['seed', 'mode', 'metric', 'psnr', 'lpips', 'share', 'compare'] as const

type Remembered = Partial<Pick<Settings, (typeof remembered)[number]>>

export function writeSettings(settings: Settings): void {
  try {
    const kept = Object.fromEntries(remembered.map((name) => [name, settings[name]]))
    localStorage.setItem(KEY, JSON.stringify(kept))
  } catch {
    // A browser that keeps nothing is no reason to stop.
  }
}

/** What was written, as far as it makes sense. */
export function readSettings(): Remembered {
  try {
    const { seed, mode, metric, psnr, lpips, share, compare } = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return {
      ...(Number.isInteger(seed) && seed >= 0 && { seed }),
      ...(['auto', 'budget', 'quality', 'learn'].includes(mode) && { mode }),
      ...(['lpips', 'psnr'].includes(metric) && { metric }),
      ...(LPIPS_LEVELS.includes(lpips) && { lpips }),
      ...(psnr >= 20 && psnr <= 60 && { psnr }),
      ...([0.8, 0.9, 0.95].includes(share) && { share }),
      ...(typeof compare === 'boolean' && { compare }),
    }
  } catch {
    return {}
  }
}
