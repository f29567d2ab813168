import type { BenchDocument, BenchRow } from '../../bench/document.ts'
import { count, decibels, fixed, milliseconds, percent, times } from '../format.ts'
import { type Content, html, type Markup } from '../html.ts'

/**
 * The learned policy in four figures, the best of the other methods at no higher cost among them,
 * whichever is ahead. Undefined where the bench has no learned policy or no full run.
 */
export function headline(bench: BenchDocument): Markup | undefined {
  const full = bench.rows.find((row) => row.method === 'full')
  const paper = bench.rows.find((row) => row.method === 'paper')
  if (full === undefined || paper === undefined) return undefined
  return html`<ul class="tiles">${[
    tile(
      'Evaluations',
      html`${count(paper.nfe)}<small> of ${count(full.nfe)}</small>`,
      `${times(full.nfe / paper.nfe)} fewer, by the learned policy`,
    ),
    tile(
      'Measured speedup',
      times(paper.speedup),
      `${milliseconds(full.wallMs)} → ${milliseconds(paper.wallMs)} ms a sample; the sampler adds ${percent(paper.overheadMs / paper.modelMs)}`,
    ),
    tile(
      'PSNR to the full run',
      decibels(paper.psnr.mean),
      `worst tenth ${fixed(paper.psnr.p10, 1)}, worst ${fixed(paper.psnr.min, 1)}`,
    ),
    rival(bench.rows, paper),
  ]}</ul>`
}

function rival(rows: readonly BenchRow[], paper: BenchRow): Markup | undefined {
  const best = rows
    .filter((row) => row.method !== 'full' && row.method !== 'paper' && row.nfe <= Math.ceil(paper.nfe))
    .sort((a, b) => b.psnr.mean - a.psnr.mean)[0]
  if (best === undefined) return undefined
  const ahead = paper.psnr.mean - best.psnr.mean
  const verdict = `${fixed(Math.abs(ahead), 1)} dB ${ahead >= 0 ? 'behind the' : 'ahead of the'} learned policy`
  return tile(
    'Best other method at that cost',
    decibels(best.psnr.mean),
    html`<b>${best.method}</b>, ${verdict}`,
  )
}

function tile(name: string, value: Content, note: Content): Markup {
  return html`<li><span class="what">${name}</span><strong>${value}</strong><span class="note">${note}</span></li>`
}
