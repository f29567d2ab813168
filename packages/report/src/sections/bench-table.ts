import type { BenchDocument, BenchRow } from '@fastflow/bench'
import { overFloor } from '@fastflow/bench'
import { count, decibels, fixed, isIdentical, milliseconds, percent, times } from '../format.ts'
import { html, type Markup } from '../html.ts'
import { methodStyle, parseMethod } from '../methods.ts'

interface Column {
  readonly head: string
  readonly title: string
  readonly value: (row: BenchRow, all: readonly BenchRow[]) => number
  readonly text: (value: number) => string
  /** Figures of quality: the best of each NFE is emphasised. Times are not, being noisy. */
  readonly quality?: boolean
  /** Needs the exact solution. */
  readonly exact?: boolean
  /** Needs the full run with a few steps less. */
  readonly floor?: boolean
  /** First of a group of columns. */
  readonly first?: boolean
}

const psnrText = (value: number): string => (isIdentical(value) ? 'identical' : fixed(value, 2))

const columns: readonly Column[] = [
  { head: 'NFE', title: 'evaluations a sample', value: (row) => row.nfe, text: count },
  { head: 'Passes', title: 'network passes a sample', value: (row) => row.passes, text: count },
  {
    head: 'PSNR',
    title: 'PSNR to the full run, mean, dB',
    value: (row) => row.psnr.mean,
    text: psnrText,
    quality: true,
    first: true,
  },
  {
    head: 'p10',
    title: 'PSNR to the full run, worst tenth, dB',
    value: (row) => row.psnr.p10,
    text: psnrText,
    quality: true,
  },
  {
    head: 'min',
    title: 'PSNR to the full run, worst sample, dB',
    value: (row) => row.psnr.min,
    text: psnrText,
    quality: true,
  },
  {
    head: 'floor',
    title: 'mean PSNR to the full run less the floor: that of the full run with a few steps less, dB',
    value: overFloor,
    floor: true,
    text: (value) => `${value > 0 ? '+' : ''}${fixed(value, 1)}`,
  },
  {
    head: 'SSIM',
    title: 'SSIM to the full run, mean',
    value: (row) => row.ssim?.mean ?? Number.NaN,
    text: (value) => fixed(value, 4),
    quality: true,
  },
  {
    head: 'PSNR',
    title: 'PSNR to the exact solution, mean, dB',
    value: (row) => row.exact?.psnr.mean ?? Number.NaN,
    text: psnrText,
    quality: true,
    exact: true,
    first: true,
  },
  {
    head: 'p10',
    title: 'PSNR to the exact solution, worst tenth, dB',
    value: (row) => row.exact?.psnr.p10 ?? Number.NaN,
    text: psnrText,
    quality: true,
    exact: true,
  },
  {
    head: 'harm',
    title:
      'share of samples under 35 dB to the exact solution and over 1 dB farther from it than the full run',
    value: (row) => row.harm ?? Number.NaN,
    text: percent,
    exact: true,
  },
  {
    head: 'model',
    title: 'inside the network, ms a sample',
    value: (row) => row.modelMs,
    text: milliseconds,
    first: true,
  },
  {
    head: 'rest',
    title: 'everything but the network, ms a sample',
    value: (row) => row.overheadMs,
    text: milliseconds,
  },
  {
    head: 'rest, %',
    title: 'everything but the network, share of the time inside it',
    value: (row) => row.overheadMs / row.modelMs,
    text: percent,
  },
  { head: 'wall', title: 'in all, ms a sample', value: (row) => row.wallMs, text: milliseconds },
  {
    head: 'Speedup',
    title: 'wall time of the full run over this, median of samples',
    value: (row) => row.speedup,
    text: times,
    first: true,
  },
]

/** All rows and figures of a bench, by NFE, then by fidelity. Sortable with scripts, complete without. */
export function benchTable(bench: BenchDocument, id: string): Markup | undefined {
  if (bench.rows.length === 0) return undefined
  const rows = [...bench.rows].sort(
    (a, b) => Math.round(a.nfe) - Math.round(b.nfe) || b.psnr.mean - a.psnr.mean,
  )
  const full = bench.rows.find((row) => row.method === 'full')
  const exact = full?.exact?.psnr.mean
  const hasFloor = bench.rows.some((row) => row.method === 'floor')
  const shown = columns.filter(
    (column) => (exact !== undefined || !column.exact) && (hasFloor || !column.floor),
  )
  return html`<section>
<h3 id="${id}-title">All figures</h3>
<p class="lead">Over ${bench.samples === 1 ? 'one sample' : `${bench.samples} samples`}, all methods on the same noise in turn; PSNR in dB, means unless marked p10 (worst tenth) or min. <b class="best">Bold</b>: best of its NFE. ${floorWords(bench)}${
    exact === undefined
      ? undefined
      : html` <span class="closer">▴</span> closer to the exact solution than the full run (${decibels(exact)}).`
  }</p>
<div class="scroll" tabindex="0" role="region" aria-label="All figures of ${bench.model}"><table data-sortable>
<thead>
<tr class="groups"><td></td><td colspan="2">Cost</td><td colspan="${hasFloor ? 5 : 4}" class="first">To the own full run</td>${exact === undefined ? undefined : html`<td colspan="3" class="first">To the exact solution</td>`}<td colspan="4" class="first">Milliseconds a sample</td><td class="first"></td></tr>
<tr><th scope="col">Method</th>${shown.map(headCell)}</tr>
</thead>
<tbody>${rows.map((row, index) => bodyRow(row, rows[index - 1], bench.rows, shown))}</tbody>
</table></div>
</section>`
}

/** How far the full run is from itself with fewer steps: a difference below that is none. */
function floorWords({ rows }: BenchDocument): string | undefined {
  const full = rows.find(({ method }) => method === 'full')
  const floor = rows.find(({ method }) => method === 'floor')
  if (full === undefined || floor === undefined) return undefined
  return `Floor: with ${count(full.nfe - floor.nfe)} steps fewer the full run is ${decibels(floor.psnr.mean)} from itself (p10 ${decibels(floor.psnr.p10)}).`
}

function headCell({ head, title, first }: Column): Markup {
  return html`<th scope="col" class="number${first ? ' first' : ''}" title="${title}">${head}</th>`
}

function bodyRow(
  row: BenchRow,
  previous: BenchRow | undefined,
  all: readonly BenchRow[],
  columns: readonly Column[],
): Markup {
  const full = all.find(({ method }) => method === 'full')
  const peers = all.filter((peer) => isMethod(peer) && sameCost(peer, row))
  const starts = previous !== undefined && !sameCost(previous, row)
  const cells = columns.map((column) => {
    const figure = (of: BenchRow): number => column.value(of, all)
    const value = figure(row)
    const best =
      column.quality && peers.length > 1 && isMethod(row) && value === Math.max(...peers.map(figure))
    const closer = column.title.includes('exact solution, mean') && full !== undefined && value > figure(full)
    return html`<td class="number${column.first ? ' first' : ''}${best ? ' best' : ''}" data-value="${value}">${
      closer ? html`<span class="closer" title="closer than the full run">▴</span>` : undefined
    }${column.text(value)}</td>`
  })
  const { color } = methodStyle(parseMethod(row.method).family)
  return html`<tr${starts ? html` class="starts"` : undefined}><th scope="row" data-value="${row.method}"><i class="dot" style="background:${color}"></i>${row.method}</th>${cells}</tr>`
}

function sameCost(a: BenchRow, b: BenchRow): boolean {
  return Math.round(a.nfe) === Math.round(b.nfe)
}

/** References and the oracle compete with nobody. */
function isMethod({ method }: BenchRow): boolean {
  return !['full', 'floor', 'oracle'].includes(parseMethod(method).family)
}
