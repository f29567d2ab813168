import { html, type Markup } from '../html.ts'
import type { MethodStyle } from '../methods.ts'
import type { ChartSize } from './chart.ts'
import { band, line, type Place, symbolPath } from './marks.ts'
import { plot, roundRange } from './plot.ts'

/** A quality at a cost. */
export interface Point {
  readonly nfe: number
  readonly quality: { readonly mean: number; readonly p10: number }
  /** What pointing at it says. */
  readonly words?: string
  /** Budget it was planned for, as `data-budget`: pages let it be picked. */
  readonly budget?: number
}

export interface Curve {
  readonly name: string
  readonly style: MethodStyle
  readonly points: readonly Point[]
  /** How the worst tenth is drawn, if it is. */
  readonly tail?: 'line' | 'band'
  /** Points that no line joins: they are not of one kind. */
  readonly loose?: boolean
  /** Budget of the point that stands out. */
  readonly chosen?: number
}

/** A quality that stands for no number of evaluations. */
export interface Level {
  readonly name: string
  readonly value: number
}

export interface Drawing {
  readonly curves: readonly Curve[]
  /** Methods without a curve of their own, thin and without a name. */
  readonly others: readonly (readonly Point[])[]
  readonly level: Level | undefined
}

/** Evaluations to the right, PSNR upward. */
export function drawCurves({ curves, others, level }: Drawing, size: ChartSize): Markup {
  const points = [...curves.map(({ points }) => points), ...others].flat()
  const tails = curves.flatMap(({ points, tail }) => (tail ? points.map(({ quality }) => quality.p10) : []))
  const values = [...points.map(({ quality }) => quality.mean), ...tails, ...(level ? [level.value] : [])]
  const max = Math.ceil((Math.max(...points.map(({ nfe }) => nfe)) + 1) / 5) * 5
  const { frame, x, y } = plot(
    size,
    { title: 'evaluations a sample (NFE)', min: 0, max },
    { title: 'PSNR, dB', ...roundRange(values) },
  )
  const means = (of: readonly Point[]): Place[] => of.map(({ nfe, quality }) => [x(nfe), y(quality.mean)])
  const lows = (of: readonly Point[]): Place[] => of.map(({ nfe, quality }) => [x(nfe), y(quality.p10)])
  const faint = others.map((of) =>
    of.length === 1
      ? html`<path d="${symbolPath('circle', means(of)[0]!, 5)}" fill="var(--muted)" fill-opacity="0.5"/>`
      : line(means(of), { color: 'var(--muted)', width: 1, opacity: 0.35 }),
  )
  const floor =
    level &&
    line(
      [
        [x(0), y(level.value)],
        [x(max), y(level.value)],
      ],
      { color: 'var(--full)', width: 1.5, dashed: true },
    )
  const tail = ({ points, style: { color }, tail }: Curve): Markup | undefined => {
    if (tail === 'band') return band(means(points), lows(points), color)
    const below: Place[] = points.length === 1 ? [...means(points), ...lows(points)] : lows(points)
    return tail && line(below, { color, width: 1, opacity: 0.5 })
  }
  const joined = curves.filter(({ points, loose }) => points.length > 1 && !loose)
  return html`${frame}${faint}${floor}${curves.map(tail)}${joined.map(({ points, style }) =>
    line(means(points), { color: style.color, width: 2 }),
  )}${curves.map((curve) => curve.points.map((point) => mark(curve, point, [x(point.nfe), y(point.quality.mean)])))}`
}

function mark(
  { style: { color, symbol }, points, loose, chosen }: Curve,
  { words, budget }: Point,
  place: Place,
): Markup {
  const alone = points.length === 1 || loose
  const picked = budget !== undefined && budget === chosen
  const size = symbol === 'star' ? (alone ? 17 : 12) : alone ? 11 : 7
  const edge = picked ? 'var(--ink)' : 'var(--card)'
  const attributes = budget === undefined ? undefined : html` data-budget="${budget}"`
  return html`<path${attributes} d="${symbolPath(symbol, place, picked ? 1.5 * size : size)}" fill="${color}" stroke="${edge}" stroke-width="${picked ? 2 : 1}">${
    words === undefined ? undefined : html`<title>${words}</title>`
  }</path>`
}
