import { type Content, html, type Markup } from '../html.ts'
import type { MethodStyle } from '../methods.ts'

export interface LegendEntry {
  readonly name: Content
  readonly color: string
  readonly line?: 'solid' | 'thin' | 'faint' | 'dashed'
  readonly symbol?: MethodStyle['symbol'] | 'bar'
}

/** A chart's legend as a list, so that it wraps on small screens and reads aloud. */
export function legend(entries: readonly LegendEntry[]): Markup {
  const items = entries.map(
    ({ name, color, line, symbol }) =>
      html`<li><svg class="key" viewBox="0 0 22 12" aria-hidden="true" style="color:${color}">${
        line && lines[line]
      }${symbol && symbols[symbol]}</svg>${name}</li>`,
  )
  return html`<ul class="legend">${items}</ul>`
}

/** The outline of the symbol that ECharts does not have; fits a box of 10 by 10. */
const star = 'M5 0L6.5 3.2 10 3.6 7.4 6 8.1 9.5 5 7.8 1.9 9.5 2.6 6 0 3.6 3.5 3.2Z'

/** What ECharts calls a symbol. */
export function chartSymbol(symbol: MethodStyle['symbol']): string {
  return symbol === 'star' ? `path://${star}` : symbol
}

const lines: Readonly<Record<NonNullable<LegendEntry['line']>, Markup>> = {
  solid: html`<path d="M0 6H22" stroke="currentColor" stroke-width="2"/>`,
  thin: html`<path d="M0 6H22" stroke="currentColor" stroke-opacity=".5"/>`,
  faint: html`<path d="M0 6H22" stroke="currentColor" stroke-opacity=".35"/>`,
  dashed: html`<path d="M0 6H22" stroke="currentColor" stroke-width="1.5" stroke-dasharray="4 3"/>`,
}

const symbols: Readonly<Record<NonNullable<LegendEntry['symbol']>, Markup>> = {
  bar: html`<path d="M5 0H17V12H5Z" fill="currentColor"/>`,
  circle: html`<circle cx="11" cy="6" r="4" fill="currentColor"/>`,
  rect: html`<path d="M7.5 2.5h7v7h-7z" fill="currentColor"/>`,
  triangle: html`<path d="M11 1.5l4.5 8h-9z" fill="currentColor"/>`,
  diamond: html`<path d="M11 1l4.5 5-4.5 5-4.5-5z" fill="currentColor"/>`,
  roundRect: html`<rect x="6.5" y="1.5" width="9" height="9" rx="2.5" fill="currentColor"/>`,
  star: html`<path d="${star}" transform="translate(5 .2) scale(1.2)" fill="currentColor"/>`,
}
