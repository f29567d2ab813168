import {
  checkMethods,
  checkOneOf,
  checkOptions,
  checkPositive,
  type OptionNames,
  readArgument,
} from '@fastflow/core/backend'
import { html, type Markup, trusted } from '../html.ts'
import { tokens } from '../style/tokens.ts'

/** Of one drawing, in pixels. */
export interface ChartSize {
  readonly width: number
  readonly height: number
}

/** What a chart shows, apart from how large it is drawn: {@link chartSvg} draws it. */
export interface Chart {
  readonly title: string
  /** What the drawing shows, in words, for those who cannot see it. */
  readonly label: string
  readonly caption: string
  /** A list, as HTML: it stands beside the drawing, so that it wraps on small screens. */
  readonly legend: Markup
  /** Height of a wide and of a narrow drawing, in pixels. */
  readonly heights: readonly [wide: number, narrow: number]
  /** Across the whole page instead of half of it. */
  readonly across?: boolean
  /** What stands inside the SVG. */
  readonly draw: (size: ChartSize) => Markup
}

export interface ChartSvgOptions {
  /** In pixels; letters keep their size. */
  readonly width: number
  /** In pixels. Left out, what suits the chart. */
  readonly height?: number
  /**
   * `own`: the drawing brings its colours, for light and dark, and can be a file. `page`: they are the CSS variables of the page
   * that it is put into (`--ink`, `--muted`, `--grid`, `--axis`, `--card`, `--plan`, ...). Default `own`.
   */
  readonly colors?: 'own' | 'page'
}

const names: OptionNames<ChartSvgOptions> = { width: true, height: true, colors: true }

/** Drawings narrower than this are as high as suits phones. */
const NARROW = 420

/**
 * One chart as static SVG with its words as `aria-label`. The same chart and size give the same text, wherever it runs.
 *
 * @throws FastFlowError `invalid-argument` naming the option, or the part of the chart.
 */
export function chartSvg(chart: Chart, options: ChartSvgOptions): string {
  checkChart(chart)
  checkOptions('options', options, names)
  const { width, height, colors = 'own' } = options
  checkPositive('width', width)
  if (height !== undefined) checkPositive('height', height)
  checkOneOf('colors', colors, ['own', 'page'])
  const [wide, narrow] = chart.heights
  const size = { width, height: height ?? (width < NARROW ? narrow : wide) }
  const style =
    colors === 'own' ? html`<style>${trusted(tokens)}svg{font-family:var(--sans)}</style>` : undefined
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${chart.label}">${style}${chart.draw(size)}</svg>`
    .text
}

function checkChart(chart: Chart): void {
  const wanted = 'what ownFrontier or another chart returned'
  checkMethods('chart', chart, ['draw'], wanted)
  const field = readArgument('chart', chart, wanted)
  field.at('label').text()
  for (const height of field.at('heights').items(2)) height.number({ least: 1 })
}

/**
 * One chart as a figure of the page. Drawn twice, because shrinking a wide chart to a phone shrinks its letters too; the
 * style sheet shows one of them.
 *
 * @param id unique in the page; letters, digits and hyphens.
 */
export function chartFigure(chart: Chart, id: string): Markup {
  const [wide, narrow] = chart.heights
  const drawing = (kind: 'wide' | 'narrow', { width, height }: ChartSize): Markup =>
    html`<div class="drawing ${kind}" role="img" aria-label="${chart.label}"><svg aria-hidden="true" viewBox="0 0 ${width} ${height}">${chart.draw({ width, height })}</svg></div>`
  return html`<figure class="chart${chart.across ? ' across' : ''}" id="${id}">
<figcaption><h4>${chart.title}</h4><p>${chart.caption}</p></figcaption>
${chart.legend}${drawing('wide', { width: chart.across ? 1120 : 560, height: wide })}${drawing('narrow', { width: 350, height: narrow })}
</figure>`
}
