import { PSNR_CAP } from '@fastflow/proxies'

/** A dash where there is no number. */
const NONE = '–'

/** Between a number and its unit. */
const NO_BREAK = '\u00a0'

export function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits).replace(/^-/, '−') : NONE
}

/** Evaluations and passes: whole where they are, else one decimal. */
export function count(value: number): string {
  return fixed(value, Number.isInteger(value) ? 0 : 1)
}

/** True where two images are the same: the PSNR is infinite, or cut to the proxy's cap. */
export function isIdentical(psnr: number): boolean {
  return psnr >= PSNR_CAP
}

export function decibels(psnr: number, digits = 1): string {
  return isIdentical(psnr) ? 'identical' : `${fixed(psnr, digits)}${NO_BREAK}dB`
}

/** Three digits that count, about. */
export function milliseconds(value: number): string {
  return fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0)
}

export function times(ratio: number): string {
  return Number.isFinite(ratio) ? `${fixed(ratio, 2)}×` : NONE
}

/** `share` in [0, 1]. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${fixed(100 * share, share < 0.1 ? 1 : 0)}${NO_BREAK}%` : NONE
}

/** Date and time in UTC, or the text itself where it is no date. */
export function longDate(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  return `${date.toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })} UTC`
}
