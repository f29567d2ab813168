import type { PictureRequest } from './picture-request.ts'
import { sensible } from './sensible.ts'
import type { Settings } from './settings.ts'

const words = ['prompt', 'label', 'negativePrompt', 'mode', 'metric'] as const
const numbers = [
  'seed',
  'numSteps',
  'guidanceScale',
  'guidedFrom',
  'guidedTo',
  'nfe',
  'psnr',
  'lpips',
  'share',
] as const

export interface Linked {
  /** Name of the model's folder. */
  readonly model: string
  readonly settings: Partial<Settings>
}

/** The settings of a request as the part of an address that no server sees; a picture to edit stays on the device. */
export function linkOf({ model, settings, about }: PictureRequest): string {
  const unread = about.task === 'class-to-image' ? ['prompt', 'negativePrompt'] : ['label']
  const fields = [...words, ...numbers]
    .filter((name) => !unread.includes(name) && settings[name] !== '')
    .map((name) => [name, String(settings[name])])
  return `#${new URLSearchParams([['model', model.name], ...fields])}`
}

/** What a link asks for, as far as it makes sense; undefined for an address that is no such link. */
export function readLink(hash: string): Linked | undefined {
  const { model, ...fields } = Object.fromEntries(new URLSearchParams(hash.replace(/^#/, '')))
  if (model === undefined) return undefined
  const values = { ...fields, ...Object.fromEntries(numbers.map((name) => [name, numberOf(fields[name])])) }
  return { model, settings: sensible(values, [...words, ...numbers]) }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : Number(text)
}
