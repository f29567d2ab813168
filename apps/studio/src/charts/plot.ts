import { s } from '../dom/element.ts'

/** A stretch of data and the pixels it is drawn on. */
export interface Scale {
  readonly from: number
  readonly to: number
  /** Pixel of a value. */
  (value: number): number
}

function linearScale(from: number, to: number, low: number, high: number): Scale {
  const scale = (value: number): number => low + ((value - from) / (to - from || 1)) * (high - low)
  return Object.assign(scale, { from, to })
}

/** Round numbers between the ends of a scale, about `count` of them. */
function ticksOf({ from, to }: Scale, count: number): readonly number[] {
  const rough = (to - from) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough
  const first = Math.ceil(from / step)
  const last = Math.floor(to / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => (first + n) * step)
}

/** Room around the plot for its axes. */
const margin = { left: 40, right: 14, top: 26, bottom: 42 } as const

export interface Plot {
  readonly svg: SVGSVGElement
  readonly x: Scale
  readonly y: Scale
}

export interface PlotOptions {
  readonly width: number
  readonly height: number
  readonly x: { readonly from: number; readonly to: number; readonly title: string }
  readonly y: { readonly from: number; readonly to: number; readonly title: string }
  /** What the drawing shows, in words. */
  readonly label: string
}

/** An empty plot with grid and axes. Colours are classes of the style sheet, so that both themes fit. */
export function plot({ width, height, x, y, label }: PlotOptions): Plot {
  const horizontal = linearScale(x.from, x.to, margin.left, width - margin.right)
  const vertical = linearScale(y.from, y.to, height - margin.bottom, margin.top)
  const bottom = height - margin.bottom
  const grid = ticksOf(vertical, 5).flatMap((value) => [
    s('path', { class: 'grid', d: `M${margin.left} ${vertical(value)}H${width - margin.right}` }),
    s('text', { x: margin.left - 8, y: vertical(value) + 4, 'text-anchor': 'end' }, String(round(value))),
  ])
  const below = ticksOf(horizontal, width < 420 ? 5 : 8).flatMap((value) => [
    s('path', { class: 'axis', d: `M${horizontal(value)} ${bottom}v5` }),
    s('text', { x: horizontal(value), y: bottom + 19, 'text-anchor': 'middle' }, String(round(value))),
  ])
  const svg = s(
    'svg',
    { class: 'plot', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label },
    ...grid,
    s('path', { class: 'axis', d: `M${margin.left} ${bottom}H${width - margin.right}` }),
    ...below,
    s('text', { class: 'title', x: 0, y: 12 }, y.title),
    s('text', { class: 'title', x: width - margin.right, y: height - 6, 'text-anchor': 'end' }, x.title),
  )
  return { svg, x: horizontal, y: vertical }
}

/** `M x y L x y ...` through the points. */
export function line(points: readonly (readonly [x: number, y: number])[]): string {
  return points.map(([x, y], n) => `${n === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')
}

function round(value: number): number {
  return Number(value.toPrecision(6))
}
