import { CustomChart, type CustomSeriesOption, LineChart, type LineSeriesOption } from 'echarts/charts'
import { GridComponent, type GridComponentOption } from 'echarts/components'
import { type ComposeOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { type Content, html, type Markup, trusted } from '../html.ts'

export type ChartOption = ComposeOption<LineSeriesOption | CustomSeriesOption | GridComponentOption>

export interface ChartSize {
  readonly width: number
  readonly height: number
  /** True in the variant drawn for phones. */
  readonly narrow: boolean
}

export interface Chart {
  /** Unique in the page; letters, digits and hyphens. */
  readonly id: string
  readonly title: string
  /** What the drawing shows, in words, for those who cannot see it. */
  readonly label: string
  readonly legend?: Content
  readonly caption: Content
  /** Height of the wide and of the narrow drawing, in pixels. */
  readonly heights: readonly [wide: number, narrow: number]
  /** Across the whole page instead of half of it. */
  readonly across?: boolean
  readonly draw: (size: ChartSize) => ChartOption
}

/**
 * One chart as a figure with static SVG inside: no script, legible in light and dark, since its colours
 * are CSS variables. Drawn twice, because shrinking a wide chart to a phone shrinks its letters too;
 * the style sheet shows one of them.
 */
export function chartFigure(chart: Chart): Markup {
  const [wide, narrow] = chart.heights
  const drawings = [
    { width: chart.across ? 1120 : 560, height: wide, narrow: false },
    { width: 350, height: narrow, narrow: true },
  ].map((size) => {
    const svg = drawSvg(chart.draw(size), size, `${chart.id}-${size.narrow ? 'n' : 'w'}`)
    const kind = size.narrow ? 'narrow' : 'wide'
    return html`<div class="drawing ${kind}" role="img" aria-label="${chart.label}">${trusted(svg)}</div>`
  })
  return html`<figure class="chart${chart.across ? ' across' : ''}" id="${chart.id}">
<figcaption><h4>${chart.title}</h4><p>${chart.caption}</p></figcaption>
${chart.legend}${drawings}
</figure>`
}

let registered = false

/** ECharts parts are registered at the first drawing, so that importing this module does nothing. */
function register(): void {
  if (registered) return
  use([LineChart, CustomChart, GridComponent, SVGRenderer])
  registered = true
}

function drawSvg(option: ChartOption, size: ChartSize, prefix: string): string {
  register()
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: size.width, height: size.height })
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: 'inherit' }, ...option })
    return tidy(chart.renderToSVGString({ useViewBox: true }), prefix)
  } finally {
    chart.dispose()
  }
}

/**
 * Ids get a prefix of their own, since ECharts counts them through the process: the same report must be
 * the same bytes, and two charts must not share a clip path. What only a live chart needs goes.
 */
function tidy(svg: string, prefix: string): string {
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ (?:ecmeta_\w+|class|pointer-events|xmlns(?::xlink)?|baseProfile|version)="[^"]*"/g, '')
    .replace(/zr\d+-/g, `${prefix}-`)
    .replace(/^<svg/, '<svg aria-hidden="true"')
    .replace(/\n+/g, '')
}
