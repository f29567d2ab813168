import { type Content, html, type Markup } from '../html.ts'
import type { MethodStyle } from '../methods.ts'
import { symbolPath } from './marks.ts'

export interface LegendEntry {
  readonly name: Content
  readonly color: string
  readonly line?: 'solid' | 'thin' | 'faint' | 'dashed' | 'band'
  readonly symbol?: MethodStyle['symbol'] | 'bar'
}

/** A chart's legend as a list, so that it wraps on small screens and reads aloud. */
export function legend(entries: readonly LegendEntry[]): Markup {
  const items = entries.map(
    ({ name, color, line, symbol }) =>
      html`<li><svg class="key" viewBox="0 0 22 12" aria-hidden="true" style="color:${color}">${
        line && lines[line]
      }${symbol && html`<path d="${symbol === 'bar' ? 'M5 0H17V12H5Z' : symbolPath(symbol, [11, 6], 9)}" fill="currentColor"/>`}</svg>${name}</li>`,
  )
  return html`<ul class="legend">${items}</ul>`
}

const lines: Readonly<Record<NonNullable<LegendEntry['line']>, Markup>> = {
  solid: html`<path d="M0 6H22" stroke="currentColor" stroke-width="2"/>`,
  thin: html`<path d="M0 6H22" stroke="currentColor" stroke-opacity=".5"/>`,
  faint: html`<path d="M0 6H22" stroke="currentColor" stroke-opacity=".35"/>`,
  dashed: html`<path d="M0 6H22" stroke="currentColor" stroke-width="1.5" stroke-dasharray="4 3"/>`,
  band: html`<path d="M0 1H22V11H0Z" fill="currentColor" fill-opacity=".2"/>`,
}
