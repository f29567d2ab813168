import type { BenchContest, BenchDocument, BenchRow, Summary } from '@fastflow/bench'
import { checkDrawn } from '../check/charts.ts'
import { decibels, isIdentical } from '../format.ts'
import { familiesOf, isKnown, methodStyle, parseMethod } from '../methods.ts'
import type { Chart } from './chart.ts'
import { type Curve, type Drawing, drawCurves, type Level, type Point } from './curves.ts'
import { type LegendEntry, legend } from './legend.ts'

/** Best of the methods that are not FastFlow's at each budget. */
const RIVAL = { color: 'var(--rival)', symbol: 'rect' } as const

/** Rows that are levels, not methods. */
const LEVELS: readonly string[] = ['full', 'floor']

/** NFE against PSNR to the model's own full run, a curve a family; undefined where no row can be drawn. @throws FastFlowError `invalid-argument` naming the part. */
export function ownFrontier(bench: BenchDocument): Chart | undefined {
  checkDrawn(bench)
  const drawing = drawingOf(bench, 'full', (row) => row.psnr, ['plan-exact'])
  if (drawing === undefined) return undefined
  const fewer = bench.steps - (bench.rows.find(({ method }) => method === 'floor')?.nfe ?? 0)
  return {
    ...shared(drawing),
    title: 'Fidelity to the full run',
    label: `Evaluations against PSNR to the full run. ${inWords(drawing)}`,
    caption: `How close each method comes to the image of all ${bench.steps} steps, by evaluations spent. Higher and further left is better.${
      drawing.level
        ? ` Above the dashed floor, images differ by less than from the same run with ${fewer} steps fewer.`
        : ''
    }`,
  }
}

/** The same against the exact solution; the full run, itself not exact, is a horizontal line. @throws FastFlowError `invalid-argument` naming the part. */
export function exactFrontier(bench: BenchDocument): Chart | undefined {
  checkDrawn(bench)
  const drawing = drawingOf(bench, 'exact', (row) => row.exact?.psnr, ['plan1', 'oracle'])
  if (drawing === undefined) return undefined
  return {
    ...shared(drawing),
    title: 'Distance to the exact solution',
    label: `Evaluations against PSNR to the exact solution. ${inWords(drawing)}`,
    caption: `The same flow solved with ${bench.exactSteps} steps is the truth here. Above the dashed line a method is closer to it than the full run is.`,
  }
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
    const tailed = !crowded || TAILED.test(family)
    return { name, style: methodStyle(family), points, ...(tailed && { tail: 'line' }) }
  })
  const rival: Curve = { name: 'best other method', style: RIVAL, points: best, tail: 'line' }
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

export function isDrawable(psnr: number | undefined): psnr is number {
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
  return { legend: legend(entries), heights: [380, 330], draw: (size) => drawCurves(drawing, size) }
}

function inWords({ curves, level }: Drawing): string {
  const said = curves.map(({ name, points }) => {
    const values = points.map(({ nfe, quality }) => `${decibels(quality.mean)} at ${Math.round(nfe)}`)
    return `${name}: ${values.join(', ')}`
  })
  const line = level ? `The ${level.name} has ${decibels(level.value)}. ` : ''
  return `${line}${said.join('; ')}.`
}
