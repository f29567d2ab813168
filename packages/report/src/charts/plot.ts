import { fixed } from '../format.ts'
import { html, type Markup } from '../html.ts'
import type { ChartSize } from './chart.ts'
import { short } from './marks.ts'

/** Pixel of a value. */
export type Scale = (value: number) => number

export interface Range {
  readonly min: number
  readonly max: number
}

export interface Axis extends Range {
  readonly title: string
  /** Nothing lies between whole numbers. */
  readonly whole?: boolean
}

export interface Plot {
  /** Grid, axes and what they are called. */
  readonly frame: Markup
  readonly x: Scale
  readonly y: Scale
}

/** Room around a plot for its axes. */
const margin = { left: 44, right: 18, top: 34, bottom: 46 } as const

/** Pixels between two labels of the horizontal axis, at least. */
const BETWEEN = 44

/** An empty plot of two numbers: a grid across, labels at round values. */
export function plot({ width, height }: ChartSize, xAxis: Axis, yAxis: Axis): Plot {
  const [left, right, bottom] = [margin.left, width - margin.right, height - margin.bottom]
  const x = scale(xAxis, left, right)
  const y = scale(yAxis, bottom, margin.top)
  const across = roundValues(yAxis, 5).map((value) => {
    const at = short(y(value))
    return html`<path d="M${left} ${at}H${right}" stroke="var(--grid)"/>${label(left - 8, at + 4, 'end', numberText(value))}`
  })
  const below = roundValues(xAxis, Math.min(8, Math.floor((right - left) / BETWEEN))).map((value) => {
    const at = short(x(value))
    return html`<path d="M${at} ${bottom}v5" stroke="var(--axis)"/>${label(at, bottom + 19, 'middle', numberText(value))}`
  })
  const frame = html`${across}<path d="M${left} ${bottom}H${right}" stroke="var(--axis)"/>${below}${label(4, 14, 'start', yAxis.title)}${label((left + right) / 2, height - 8, 'middle', xAxis.title)}`
  return { frame, x, y }
}

/** The range of the values, widened to round ones; a value alone lies in the middle. */
export function roundRange(values: readonly number[]): Range {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  if (most === least) return { min: least - 1, max: most + 1 }
  const step = roundStep({ min: least, max: most }, 10)
  return { min: Math.floor(least / step) * step, max: Math.ceil(most / step) * step }
}

/** Text of an axis. */
export function label(x: number, y: number, anchor: 'start' | 'middle' | 'end', text: string): Markup {
  return html`<text x="${short(x)}" y="${short(y)}" fill="var(--muted)" font-size="11.5"${
    anchor === 'start' ? undefined : html` text-anchor="${anchor}"`
  }>${text}</text>`
}

function scale({ min, max }: Range, low: number, high: number): Scale {
  return (value) => low + ((value - min) / (max - min || 1)) * (high - low)
}

function roundStep({ min, max }: Range, count: number): number {
  const rough = (max - min) / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  return [1, 2, 5].map((n) => n * power).find((step) => step >= rough * (1 - 1e-9)) ?? 10 * power
}

/** Round numbers within a range, about `count` of them. */
function roundValues({ whole, ...range }: Axis, count: number): readonly number[] {
  const step = Math.max(whole ? 1 : 0, roundStep(range, count))
  const first = Math.ceil(range.min / step - 1e-9)
  const last = Math.floor(range.max / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => (first + n) * step)
}

function numberText(value: number): string {
  const digits = [0, 1, 2, 3].find((n) => Number.isInteger(Number((value * 10 ** n).toPrecision(9))))
  return fixed(value, digits ?? 4)
}
