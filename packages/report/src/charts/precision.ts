import type { PrecisionDocument, PrecisionRow } from '@fastflow/bench'
import { checkPrecisionDocument } from '../check/precision.ts'
import { isIdentical } from '../format.ts'
import { html, type Markup } from '../html.ts'
import type { MethodStyle } from '../methods.ts'
import type { Chart, ChartSize } from './chart.ts'
import { legend } from './legend.ts'
import { line, type Place, symbolPath } from './marks.ts'
import { plot, roundRange } from './plot.ts'

const styles: readonly MethodStyle[] = [
  { color: 'var(--plan)', symbol: 'star' },
  { color: 'var(--spare-1)', symbol: 'circle' },
  { color: 'var(--spare-2)', symbol: 'diamond' },
  { color: 'var(--spare-3)', symbol: 'triangle' },
]

/** Colour and symbol of the folder at a place of the list. */
const styleOf = (at: number): MethodStyle => styles[at % styles.length]!

/**
 * Time against PSNR, a curve a folder, the rows that none surpasses joined by a dashed line; undefined where there is nothing but
 * the reference. @throws FastFlowError `invalid-argument` naming the part of the document.
 */
export function precisionChart(document: PrecisionDocument): Chart | undefined {
  checkPrecisionDocument(document)
  const rows = document.rows.filter(({ psnr, time }) => !isIdentical(psnr.mean) && Number.isFinite(time))
  if (rows.length === 0) return undefined
  const { models, steps, samples } = document
  const front = rows.filter(({ pareto }) => pareto).sort((a, b) => a.time - b.time)
  const words = front.map(
    (row) => `${row.model} ${row.method} ${row.psnr.mean.toFixed(1)} dB at ${row.time.toFixed(2)}`,
  )
  return {
    title: 'Precision and plan together',
    label: `Time, as a share of the full run of ${models[0]}, against PSNR to it. Not surpassed: ${words.join(', ')}.`,
    legend: legend([
      ...models.map((name, at) => ({ name, ...styleOf(at), line: 'solid' as const })),
      { name: 'not surpassed', color: 'var(--full)', line: 'dashed' },
    ]),
    caption: `What a folder makes with its plans and with all ${steps} steps, against the full run of ${models[0]}: ${samples === 1 ? 'one sample' : `means of ${samples} samples`}. Higher and further left is better.`,
    heights: [340, 320],
    across: true,
    draw: (size) => draw(document, rows, front, size),
  }
}

function draw(
  { models }: PrecisionDocument,
  rows: readonly PrecisionRow[],
  front: readonly PrecisionRow[],
  size: ChartSize,
): Markup {
  const max = Math.ceil(10 * Math.max(...rows.map(({ time }) => time))) / 10
  const { frame, x, y } = plot(
    size,
    { title: 'time, share of the full run', min: 0, max },
    { title: 'PSNR, dB', ...roundRange(rows.map(({ psnr }) => psnr.mean)) },
  )
  const placeOf = ({ time, psnr }: PrecisionRow): Place => [x(time), y(psnr.mean)]
  const curves = models.map((model, at) => {
    const { color, symbol } = styleOf(at)
    const own = rows.filter((row) => row.model === model).sort((a, b) => a.time - b.time)
    const marks = own.map(
      (row) =>
        html`<path d="${symbolPath(symbol, placeOf(row), 11)}" fill="${color}" stroke="var(--card)"><title>${model} ${row.method}</title></path>`,
    )
    return html`${line(own.map(placeOf), { color, width: 2 })}${marks}`
  })
  return html`${frame}${line(front.map(placeOf), { color: 'var(--full)', width: 1.5, dashed: true })}${curves}`
}
