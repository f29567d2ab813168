import type { BenchDocument, BenchRow } from '@fastflow/bench'
import { checkDrawn } from '../check/charts.ts'
import { percent } from '../format.ts'
import { html, type Markup } from '../html.ts'
import { methodStyle, parseMethod } from '../methods.ts'
import type { Chart, ChartSize } from './chart.ts'
import { legend } from './legend.ts'
import { box } from './marks.ts'
import { plot, roundRange } from './plot.ts'

interface Histogram {
  readonly method: string
  readonly color: string
  /** Share of the jumps, in [0, 1], by how many steps they skipped. */
  readonly shares: ReadonlyMap<number, number>
}

/**
 * How long the skips are, for methods that decide by themselves and, beside them, the random and the uniform
 * control of most nearly the same cost; undefined where nothing was skipped.
 *
 * @throws FastFlowError `invalid-argument` naming the part.
 */
export function skipsChart(bench: BenchDocument): Chart | undefined {
  checkDrawn(bench)
  const histograms = chosen(bench.rows).map(histogramOf)
  const longest = Math.max(0, ...histograms.flatMap(({ shares }) => [...shares.keys()]))
  if (longest === 0) return undefined
  return {
    title: 'How far they skip',
    label: histograms.map((histogram) => inWords(histogram)).join(' '),
    caption:
      'Steps skipped between two evaluations, as a share of all evaluations. 0 means the very next step was evaluated.',
    legend: legend(histograms.map(({ method, color }) => ({ name: method, color, symbol: 'bar' }))),
    heights: [300, 280],
    draw: (size) => draw(histograms, longest, size),
  }
}

function chosen(rows: readonly BenchRow[]): readonly BenchRow[] {
  const skipping = rows.filter((row) =>
    Object.entries(row.skips).some(([length, n]) => Number(length) > 0 && n > 0),
  )
  const free = skipping.filter((row) => parseMethod(row.method).budget === undefined && row.method !== 'full')
  const like = (free.find((row) => row.method === 'paper') ?? free[0])?.nfe ?? 0
  const controls = ['random', 'uniform'].flatMap((family) =>
    skipping
      .filter((row) => parseMethod(row.method).family === family)
      .sort((a, b) => Math.abs(a.nfe - like) - Math.abs(b.nfe - like))
      .slice(0, 1),
  )
  return [...free, ...controls].slice(0, 5)
}

function histogramOf(row: BenchRow): Histogram {
  const counts = Object.entries(row.skips).map(([length, n]) => [Number(length), n] as const)
  const total = counts.reduce((sum, [, n]) => sum + n, 0)
  return {
    method: row.method,
    color: methodStyle(parseMethod(row.method).family).color,
    shares: new Map(counts.map(([length, n]) => [length, total > 0 ? n / total : 0])),
  }
}

function draw(histograms: readonly Histogram[], longest: number, size: ChartSize): Markup {
  const most = Math.max(...histograms.flatMap(({ shares }) => [...shares.values()]))
  const { frame, x, y } = plot(
    size,
    { title: 'steps skipped', min: -0.5, max: longest + 0.5, whole: true },
    { title: '% of evaluations', ...roundRange([0, 100 * most]) },
  )
  const width = Math.min(26, (0.8 * (x(1) - x(0))) / histograms.length)
  const bars = histograms.map(({ shares, color }, place) =>
    [...shares].map(([length, share]) => {
      const left = x(length) + (place - histograms.length / 2) * width
      const top = y(100 * share)
      return box({ x: left, y: top, width: Math.max(1, width - 1), height: y(0) - top }, color)
    }),
  )
  return html`${frame}${bars}`
}

function inWords({ method, shares }: Histogram): string {
  const said = [...shares]
    .sort(([a], [b]) => a - b)
    .map(([length, share]) => `${length} in ${percent(share)}`)
  return `${method} skips ${said.join(', ')}.`
}
