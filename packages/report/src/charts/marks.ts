import { html, type Markup } from '../html.ts'
import type { MethodStyle } from '../methods.ts'

/** A place in a drawing, in pixels. */
export type Place = readonly [x: number, y: number]

export interface Stroke {
  readonly color: string
  readonly width: number
  readonly opacity?: number
  readonly dashed?: boolean
}

/** A line through the places. */
export function line(places: readonly Place[], { color, width, opacity, dashed }: Stroke): Markup {
  return html`<path d="${through(places)}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linejoin="round"${
    opacity === undefined ? undefined : html` stroke-opacity="${opacity}"`
  }${dashed ? html` stroke-dasharray="6 4"` : undefined}/>`
}

/** The area between two lines. */
export function band(upper: readonly Place[], lower: readonly Place[], color: string): Markup {
  return html`<path d="${through([...upper, ...[...lower].reverse()])}Z" fill="${color}" fill-opacity="0.14"/>`
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export function box({ x, y, width, height }: Box, color: string, opacity?: number): Markup {
  return html`<path d="M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}z" fill="${color}"${
    opacity === undefined ? undefined : html` fill-opacity="${opacity.toFixed(2)}"`
  }/>`
}

/** Outline of a method's symbol, `size` pixels wide and high, about. */
export function symbolPath(symbol: MethodStyle['symbol'], [x, y]: Place, size: number): string {
  const r = size / 2
  const at = (dx: number, dy: number): string => `${short(x + dx)} ${short(y + dy)}`
  switch (symbol) {
    case 'circle':
      return `M${at(-r, 0)}a${r} ${r} 0 1 0 ${size} 0a${r} ${r} 0 1 0 ${-size} 0z`
    case 'rect':
      return `M${at(-r, -r)}h${size}v${size}h${-size}z`
    case 'triangle':
      return `M${at(0, -r)}L${at(r, r)}H${short(x - r)}z`
    case 'diamond':
      return `M${at(0, -r)}L${at(r, 0)}L${at(0, r)}L${at(-r, 0)}z`
    case 'roundRect': {
      const c = size / 4
      return `M${at(c - r, -r)}h${size - 2 * c}q${c} 0 ${c} ${c}v${size - 2 * c}q0 ${c} ${-c} ${c}h${2 * c - size}q${-c} 0 ${-c} ${-c}v${2 * c - size}q0 ${-c} ${c} ${-c}z`
    }
    case 'star':
      return `M${star.map(([dx, dy]) => at(dx * size, dy * size)).join('L')}z`
  }
}

/** Five points and the corners between them, in a box of 1 by 1 around 0. */
const star: readonly Place[] = Array.from({ length: 10 }, (_, n): Place => {
  const [angle, radius] = [(n * Math.PI) / 5, n % 2 === 0 ? 0.5 : 0.21]
  return [radius * Math.sin(angle), -radius * Math.cos(angle)]
})

function through(places: readonly Place[]): string {
  return places.map(([x, y], n) => `${n === 0 ? 'M' : 'L'}${short(x)} ${short(y)}`).join('')
}

/** Tenths of pixels are as fine as screens show. */
export function short(value: number): number {
  return Math.round(10 * value) / 10
}
