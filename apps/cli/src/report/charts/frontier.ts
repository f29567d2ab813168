import type { LineSeriesOption } from 'echarts/charts'
import type { BenchDocument, BenchRow, Summary } from '../../bench/document.ts'
import { decibels, isIdentical } from '../format.ts'
import type { Markup } from '../html.ts'
import { familiesOf, methodStyle, parseMethod } from '../methods.ts'
import { plotArea, valueAxisX, valueAxisY } from './axes.ts'
import { type Chart, type ChartOption, chartFigure } from './chart.ts'
import { chartSymbol, type LegendEntry, legend } from './legend.ts'

interface Point {
  readonly nfe: number
  readonly quality: Summary
}

interface Curve {
  readonly family: string
  readonly points: readonly Point[]
}

/** NFE against PSNR to the model's own full run, a curve a family; undefined where no row can be drawn. */
export function ownFrontier(bench: BenchDocument, id: string): Markup | undefined {
  const curves = curvesOf(bench.rows, (row) => row.psnr)
  if (curves.length === 0) return undefined
  return chartFigure({
    ...shared(curves, undefined),
    id,
    title: 'Fidelity to the full run',
    label: `Evaluations against PSNR to the full run. ${inWords(curves)}`,
    caption: `How close each method comes to the image of all ${bench.steps} steps, by evaluations spent. Higher and further left is better.`,
  })
}

/** The same against the exact solution; the full run, itself not exact, is a horizontal line. */
export function exactFrontier(bench: BenchDocument, id: string): Markup | undefined {
  const curves = curvesOf(bench.rows, (row) => row.exact.psnr)
  if (curves.length === 0) return undefined
  const full = bench.rows.find((row) => row.method === 'full')?.exact.psnr.mean
  const line = full !== undefined && isDrawable(full) ? full : undefined
  return chartFigure({
    ...shared(curves, line),
    id,
    title: 'Distance to the exact solution',
    label: `Evaluations against PSNR to the exact solution. ${
      line === undefined ? '' : `The full run has ${decibels(line)}. `
    }${inWords(curves)}`,
    caption: `The same flow solved with ${bench.exactSteps} steps is the truth here. Above the dashed line a method is closer to it than the full run is.`,
  })
}

function curvesOf(rows: readonly BenchRow[], quality: (row: BenchRow) => Summary): readonly Curve[] {
  const drawn = rows.filter((row) => row.method !== 'full' && isDrawable(quality(row).mean))
  return familiesOf(drawn.map((row) => row.method)).map((family) => ({
    family,
    points: drawn
      .filter((row) => parseMethod(row.method).family === family)
      .map((row) => ({ nfe: row.nfe, quality: quality(row) }))
      .sort((a, b) => a.nfe - b.nfe),
  }))
}

function isDrawable(psnr: number): boolean {
  return Number.isFinite(psnr) && !isIdentical(psnr)
}

function shared(
  curves: readonly Curve[],
  full: number | undefined,
): Pick<Chart, 'legend' | 'heights' | 'draw'> {
  const entries: LegendEntry[] = curves.map(({ family, points }) => {
    const { color, symbol } = methodStyle(family)
    return {
      name: points.length > 1 ? `${family}-N` : family,
      color,
      symbol,
      ...(points.length > 1 && { line: 'solid' }),
    }
  })
  entries.push({ name: 'worst tenth (p10)', color: 'var(--muted)', line: 'thin' })
  if (full !== undefined) entries.push({ name: 'full run', color: 'var(--full)', line: 'dashed' })
  return { legend: legend(entries), heights: [340, 300], draw: () => option(curves, full) }
}

function option(curves: readonly Curve[], full: number | undefined): ChartOption {
  const nfes = curves.flatMap(({ points }) => points.map(({ nfe }) => nfe))
  const max = Math.ceil((Math.max(...nfes) + 1) / 5) * 5
  const fullLine: LineSeriesOption[] =
    full === undefined
      ? []
      : [
          {
            ...plain,
            data: [
              [0, full],
              [max, full],
            ],
            showSymbol: false,
            lineStyle: { color: 'var(--full)', width: 1.5, type: [6, 4] },
          },
        ]
  return {
    grid: plotArea,
    xAxis: valueAxisX('evaluations a sample (NFE)', { min: 0, max }),
    yAxis: valueAxisY('PSNR, dB'),
    series: [...fullLine, ...curves.flatMap(curveSeries)],
  }
}

const plain: LineSeriesOption = { type: 'line', silent: true, z: 2 }

function curveSeries({ family, points }: Curve): LineSeriesOption[] {
  const { color, symbol } = methodStyle(family)
  const single = points.length === 1
  const tail = single
    ? points.flatMap(({ nfe, quality }) => [
        [nfe, quality.mean],
        [nfe, quality.p10],
      ])
    : points.map(({ nfe, quality }) => [nfe, quality.p10])
  return [
    { ...plain, data: tail, showSymbol: false, lineStyle: { color, width: 1, opacity: 0.5 } },
    {
      ...plain,
      z: single ? 4 : 3,
      data: points.map(({ nfe, quality }) => [nfe, quality.mean]),
      symbol: chartSymbol(symbol),
      symbolSize: symbol === 'star' ? 17 : single ? 11 : 7,
      itemStyle: { color, borderColor: 'var(--card)', borderWidth: single ? 1 : 0, opacity: 1 },
      lineStyle: { color, width: 2 },
    },
  ]
}

function inWords(curves: readonly Curve[]): string {
  const said = curves.map(({ family, points }) => {
    const values = points.map(({ nfe, quality }) => `${decibels(quality.mean)} at ${Math.round(nfe)}`)
    return `${family}: ${values.join(', ')}`
  })
  return `${said.join('; ')}.`
}
