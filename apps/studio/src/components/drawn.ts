import { type Chart, chartSvg } from '@fastflow/report'
import { h, parsed } from '../dom/element.ts'

/** A chart of the report as the page shows it, at the width it has: shrinking a wide one would shrink its letters too. */
export interface Drawn {
  readonly legend: HTMLElement
  readonly drawing: HTMLElement
  /** Draws it anew; undefined draws nothing. */
  show(chart: Chart | undefined): void
}

export function drawn(): Drawn {
  const legend = h('div', {})
  const drawing = h('div', { class: 'drawing' })
  let shown: Chart | undefined
  let width = 0
  const redraw = (): void => {
    if (width === 0) return
    drawing.replaceChildren(...(shown ? [parsed(chartSvg(shown, { width, colors: 'page' }))] : []))
  }
  new ResizeObserver(([entry]) => {
    const next = Math.round(entry!.contentRect.width)
    if (next === width) return
    width = next
    redraw()
  }).observe(drawing)
  return {
    legend,
    drawing,
    show(chart) {
      shown = chart
      legend.replaceChildren(...(chart ? [parsed(chart.legend.text)] : []))
      redraw()
    },
  }
}
