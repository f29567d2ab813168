import { invalidArgument } from '@fastflow/core'
import { checkWhole, shown } from '@fastflow/core/backend'
import { PSNR_CAP } from '@fastflow/proxies'

/** A dash where there is no number. */
const NONE = '–'

/** Between a number and its unit. */
const NO_BREAK = '\u00a0'

/** That numbers are written with. */
const MOST_DIGITS = 100

/** Any number, also none (NaN) and infinite ones, which have words of their own. */
function checkFigure(field: string, value: number): void {
  if (typeof value !== 'number') throw invalidArgument(field, `${shown(value)} is not a number`)
}

/** With `digits` behind the point, 0 to 100. @throws FastFlowError `invalid-argument` for what is no number. */
export function fixed(value: number, digits: number): string {
  checkFigure('value', value)
  checkWhole('digits', digits, 0, MOST_DIGITS)
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

/** With its unit. @throws FastFlowError `invalid-argument` for what is no number. */
export function decibels(psnr: number, digits = 1): string {
  checkFigure('psnr', psnr)
  checkWhole('digits', digits, 0, MOST_DIGITS)
  return isIdentical(psnr) ? 'identical' : `${fixed(psnr, digits)}${NO_BREAK}dB`
}

/** Three digits that count, about. */
export function milliseconds(value: number): string {
  return fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0)
}

/** With its sign. @throws FastFlowError `invalid-argument` for what is no number. */
export function times(ratio: number): string {
  checkFigure('ratio', ratio)
  return Number.isFinite(ratio) ? `${fixed(ratio, 2)}×` : NONE
}

/** `share` in [0, 1]. @throws FastFlowError `invalid-argument` for what is no number. */
export function percent(share: number): string {
  checkFigure('share', share)
  return Number.isFinite(share) ? `${fixed(100 * share, share < 0.1 ? 1 : 0)}${NO_BREAK}%` : NONE
}

/** Date and time in UTC, or the text itself where it is no date. */
export function longDate(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  return `${date.toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })} UTC`
}
