import type { BenchContest, BenchDocument, BenchRow, Summary } from '@fastflow/bench'
import type { LineSeriesOption } from 'echarts/charts'
import { decibels, isIdentical } from '../format.ts'
import type { Markup } from '../html.ts'
import { familiesOf, isKnown, type MethodStyle, methodStyle, parseMethod } from '../methods.ts'
import { plotArea, valueAxisX, valueAxisY } from './axes.ts'
import { type Chart, type ChartOption, chartFigure } from './chart.ts'
import { chartSymbol, type LegendEntry, legend } from './legend.ts'

interface Point {
  readonly nfe: number
  readonly quality: Summary
}

interface Curve {
  readonly name: string
  readonly style: MethodStyle
  readonly points: readonly Point[]
  /** Draw the worst tenth too. */
  readonly tail: boolean
}

/** A quality that stands for no number of evaluations. */
interface Level {
  readonly name: string
  readonly value: number
}

interface Drawing {
  readonly curves: readonly Curve[]
  /** Methods without a curve of their own, thin and without a name. */
  readonly others: readonly (readonly Point[])[]
  readonly level: Level | undefined
}

/** Best of the methods that are not FastFlow's at each budget. */
const RIVAL = { color: 'var(--rival)', symbol: 'rect' } as const

/** Rows that are levels, not methods. */
const LEVELS: readonly string[] = ['full', 'floor']

/** NFE against PSNR to the model's own full run, a curve a family; undefined where no row can be drawn. */
export function ownFrontier(bench: BenchDocument, id: string): Markup | undefined {
  const drawing = drawingOf(bench, 'full', (row) => row.psnr, ['plan-exact'])
  if (drawing === undefined) return undefined
  const fewer = bench.steps - (bench.rows.find(({ method }) => method === 'floor')?.nfe ?? 0)
  return chartFigure({
    ...shared(drawing),
    id,
    title: 'Fidelity to the full run',
    label: `Evaluations against PSNR to the full run. ${inWords(drawing)}`,
    caption: `How close each method comes to the image of all ${bench.steps} steps, by evaluations spent. Higher and further left is better.${
      drawing.level
        ? ` Above the dashed floor, images differ by less than from the same run with ${fewer} steps fewer.`
        : ''
    }`,
  })
}

/** The same against the exact solution; the full run, itself not exact, is a horizontal line. */
export function exactFrontier(bench: BenchDocument, id: string): Markup | undefined {
  const drawing = drawingOf(bench, 'exact', (row) => row.exact?.psnr, ['plan1', 'oracle'])
  if (drawing === undefined) return undefined
  return chartFigure({
    ...shared(drawing),
    id,
    title: 'Distance to the exact solution',
    label: `Evaluations against PSNR to the exact solution. ${inWords(drawing)}`,
    caption: `The same flow solved with ${bench.exactSteps} steps is the truth here. Above the dashed line a method is closer to it than the full run is.`,
  })
}

function drawingOf(
  bench: BenchDocument,
  to: BenchContest['to'],
  quality: (row: BenchRow) => Summary | undefined,
  hidden: readonly string[],
): Drawing | undefined {
  const familyOf = ({ method }: BenchRow): string => parseMethod(method).family
  const drawn = bench.rows.filter(
    (row) => ![...LEVELS, ...hidden].includes(familyOf(row)) && isDrawable(quality(row)?.mean),
  )
  const pointsOf = (rows: readonly BenchRow[]): Point[] =>
    rows.map((row) => ({ nfe: row.nfe, quality: quality(row)! })).sort((a, b) => a.nfe - b.nfe)
  const families = familiesOf(drawn.map(({ method }) => method)).map((family) => ({
    family,
    points: pointsOf(drawn.filter((row) => familyOf(row) === family)),
  }))
  if (families.length === 0) return undefined
  const crowded = families.some(({ family }) => !isKnown(family)) && bench.contests.length > 0
  const named = families.filter(({ family }) => !crowded || OURS.test(family))
  const rivals = bench.contests.filter((contest) => contest.to === to && contest.rival !== 'full')
  const best = pointsOf(drawn.filter(({ method }) => rivals.some(({ rival }) => rival === method)))
  const curves = named.map(({ family, points }): Curve => {
    const name = points.length > 1 ? `${family}-N` : family
    return { name, style: methodStyle(family), points, tail: !crowded || TAILED.test(family) }
  })
  const rival = { name: 'best other method', style: RIVAL, points: best, tail: true }
  return {
    curves: crowded && best.length > 0 ? [...curves, rival] : curves,
    others: families.filter(({ family }) => crowded && !OURS.test(family)).map(({ points }) => points),
    level: levelOf(bench, to),
  }
}

/** Families with a curve of their own however many methods there are. */
const OURS = /^(plan|oracle|joint|guard|auto|paper|flat)/

/** Those of them whose worst tenth is drawn. */
const TAILED = /^(plan|plan-exact|paper|flat)$/

function levelOf({ rows }: BenchDocument, to: BenchContest['to']): Level | undefined {
  const row = rows.find(({ method }) => method === (to === 'full' ? 'floor' : 'full'))
  const value = to === 'full' ? row?.psnr.mean : row?.exact?.psnr.mean
  if (!isDrawable(value)) return undefined
  return { name: to === 'full' ? 'floor' : 'full run', value }
}

function isDrawable(psnr: number | undefined): psnr is number {
  return psnr !== undefined && Number.isFinite(psnr) && !isIdentical(psnr)
}

function shared(drawing: Drawing): Pick<Chart, 'legend' | 'heights' | 'draw'> {
  const { curves, others, level } = drawing
  const entries: LegendEntry[] = curves.map(({ name, style, points }) => ({
    name,
    ...style,
    ...(points.length > 1 && { line: 'solid' }),
  }))
  if (others.length > 0) entries.push({ name: 'every other method', color: 'var(--muted)', line: 'faint' })
  entries.push({ name: 'worst tenth (p10)', color: 'var(--muted)', line: 'thin' })
  if (level !== undefined) entries.push({ name: level.name, color: 'var(--full)', line: 'dashed' })
  return { legend: legend(entries), heights: [380, 330], draw: () => option(drawing) }
}

function option({ curves, others, level }: Drawing): ChartOption {
  const nfes = [...curves.map(({ points }) => points), ...others].flat().map(({ nfe }) => nfe)
  const max = Math.ceil((Math.max(...nfes) + 1) / 5) * 5
  const levelLine: LineSeriesOption[] = level
    ? [
        {
          ...plain,
          data: [
            [0, level.value],
            [max, level.value],
          ],
          showSymbol: false,
          lineStyle: { color: 'var(--full)', width: 1.5, type: [6, 4] },
        },
      ]
    : []
  const faint = others.map(
    (points): LineSeriesOption => ({
      ...plain,
      z: 1,
      data: points.map(({ nfe, quality }) => [nfe, quality.mean]),
      showSymbol: points.length === 1,
      symbolSize: 5,
      itemStyle: { color: 'var(--muted)', opacity: 0.5 },
      lineStyle: { color: 'var(--muted)', width: 1, opacity: 0.35 },
    }),
  )
  return {
    grid: plotArea,
    xAxis: valueAxisX('evaluations a sample (NFE)', { min: 0, max }),
    yAxis: valueAxisY('PSNR, dB'),
    series: [...faint, ...levelLine, ...curves.flatMap(curveSeries)],
  }
}

const plain: LineSeriesOption = { type: 'line', silent: true, z: 2 }

function curveSeries({ style: { color, symbol }, points, tail }: Curve): LineSeriesOption[] {
  const single = points.length === 1
  const below = single
    ? points.flatMap(({ nfe, quality }) => [
        [nfe, quality.mean],
        [nfe, quality.p10],
      ])
    : points.map(({ nfe, quality }) => [nfe, quality.p10])
  const tails: LineSeriesOption[] = tail
    ? [{ ...plain, data: below, showSymbol: false, lineStyle: { color, width: 1, opacity: 0.5 } }]
    : []
  return [
    ...tails,
    {
      ...plain,
      z: single ? 4 : 3,
      data: points.map(({ nfe, quality }) => [nfe, quality.mean]),
      symbol: chartSymbol(symbol),
      symbolSize: symbol === 'star' ? (single ? 17 : 12) : single ? 11 : 7,
      itemStyle: { color, borderColor: 'var(--card)', borderWidth: single ? 1 : 0, opacity: 1 },
      lineStyle: { color, width: 2 },
    },
  ]
}

function inWords({ curves, level }: Drawing): string {
  const said = curves.map(({ name, points }) => {
    const values = points.map(({ nfe, quality }) => `${decibels(quality.mean)} at ${Math.round(nfe)}`)
    return `${name}: ${values.join(', ')}`
  })
  const line = level ? `The ${level.name} has ${decibels(level.value)}. ` : ''
  return `${line}${said.join('; ')}.`
}
