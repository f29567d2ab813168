import { LPIPS_LEVELS } from './plan.ts'
import type { Settings } from './settings.ts'

/** Largest seed the pipelines take. */
export const MAX_SEED = 4_294_967_295

const MAX_STEPS = 1000
const MAX_GUIDANCE = 100
/** More is no prompt. */
const MAX_LETTERS = 10_000

type Checks = { readonly [Name in keyof Settings]: (value: unknown) => boolean }

const checks: Checks = {
  prompt: isText,
  label: isText,
  negativePrompt: isText,
  seed: (value) => isWhole(value, 0, MAX_SEED),
  numSteps: (value) => isWhole(value, 1, MAX_STEPS),
  guidanceScale: (value) => isWithin(value, 0, MAX_GUIDANCE),
  guidedFrom: (value) => isWithin(value, 0, 1),
  guidedTo: (value) => isWithin(value, 0, 1),
  mode: (value) => ['auto', 'budget', 'quality', 'learn'].includes(value as string),
  nfe: (value) => isWhole(value, 1, MAX_STEPS),
  metric: (value) => ['lpips', 'psnr'].includes(value as string),
  psnr: (value) => isWithin(value, 20, 60),
  lpips: (value) => LPIPS_LEVELS.includes(value as number),
  share: (value) => [0.8, 0.9, 0.95].includes(value as number),
  compare: (value) => typeof value === 'boolean',
}

/** Of settings that come from outside, such as a link, those of `names` that make sense. */
export function sensible(
  settings: Readonly<Record<string, unknown>>,
  names: readonly (keyof Settings)[],
): Partial<Settings> {
  const kept = names.filter((name) => name in settings && checks[name](settings[name]))
  return Object.fromEntries(kept.map((name) => [name, settings[name]]))
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_LETTERS
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && isWithin(value, least, most)
}
