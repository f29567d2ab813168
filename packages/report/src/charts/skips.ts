import type { BenchDocument, BenchRow } from '@fastflow/bench'
import type { CustomSeriesOption } from 'echarts/charts'
import { percent } from '../format.ts'
import type { Markup } from '../html.ts'
import { methodStyle, parseMethod } from '../methods.ts'
import { categoryAxis, plotArea, valueAxisY } from './axes.ts'
import { type ChartOption, chartFigure } from './chart.ts'
import { legend } from './legend.ts'

interface Histogram {
  readonly method: string
  readonly color: string
  /** Share of the jumps, in [0, 1], by how many steps they skipped. */
  readonly shares: ReadonlyMap<number, number>
}

/**
 * How long the skips are, for methods that decide by themselves and, beside them, the random and the uniform
 * control of most nearly the same cost; undefined where nothing was skipped.
 */
export function skipsChart(bench: BenchDocument, id: string): Markup | undefined {
  const histograms = chosen(bench.rows).map(histogramOf)
  const longest = Math.max(0, ...histograms.flatMap(({ shares }) => [...shares.keys()]))
  if (longest === 0) return undefined
  const lengths = Array.from({ length: longest + 1 }, (_, length) => length)
  return chartFigure({
    id,
    title: 'How far they skip',
    label: histograms.map((histogram) => inWords(histogram)).join(' '),
    caption:
      'Steps skipped between two evaluations, as a share of all evaluations. 0 means the very next step was evaluated.',
    legend: legend(histograms.map(({ method, color }) => ({ name: method, color, symbol: 'bar' }))),
    heights: [300, 280],
    draw: () => option(histograms, lengths),
  })
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

function option(histograms: readonly Histogram[], lengths: readonly number[]): ChartOption {
  const series = histograms.map((histogram, place): CustomSeriesOption => {
    const bars = lengths.map((length) => histogram.shares.get(length) ?? 0)
    return {
      type: 'custom',
      silent: true,
      data: bars.map((share, index) => [index, 100 * share]),
      renderItem: ({ dataIndex }, api) => {
        const [x = 0, top = 0] = api.coord([dataIndex, 100 * (bars[dataIndex] ?? 0)])
        const [, bottom = 0] = api.coord([dataIndex, 0])
        const band = api.size?.([1, 0])
        const room = 0.8 * (typeof band === 'number' ? band : (band?.[0] ?? 0))
        const width = Math.min(26, room / histograms.length)
        return {
          type: 'rect',
          shape: {
            x: x + (place - histograms.length / 2) * width,
            y: top,
            width: Math.max(1, width - 1),
            height: bottom - top,
          },
          style: { fill: histogram.color },
        }
      },
    }
  })
  return {
    grid: plotArea,
    xAxis: categoryAxis('steps skipped', lengths.map(String), Math.ceil(lengths.length / 12)),
    yAxis: valueAxisY('% of evaluations', { min: 0 }),
    series,
  }
}

function inWords({ method, shares }: Histogram): string {
  const said = [...shares]
    .sort(([a], [b]) => a - b)
    .map(([length, share]) => `${length} in ${percent(share)}`)
  return `${method} skips ${said.join(', ')}.`
}
