import type { BenchDocument, BenchRow } from '@fastflow/bench'
import { count, decibels, fixed, milliseconds, percent, times } from '../format.ts'
import { type Content, html, type Markup } from '../html.ts'
import { bestRival, featuredRow, nameOf } from './featured.ts'

/**
 * The featured method in four figures, the best of the methods that are not ours at no higher cost among them,
 * whichever is ahead. Undefined where the bench has neither a plan nor a learned policy, or no full run.
 */
export function headline(bench: BenchDocument): Markup | undefined {
  const full = bench.rows.find((row) => row.method === 'full')
  const ours = featuredRow(bench.rows)
  if (full === undefined || ours === undefined) return undefined
  return html`<ul class="tiles">${[
    tile(
      'Evaluations',
      html`${count(ours.nfe)}<small> of ${count(full.nfe)}</small>`,
      `${times(full.nfe / ours.nfe)} fewer, by ${nameOf(ours)}`,
    ),
    tile(
      'Measured speedup',
      times(ours.speedup),
      `${milliseconds(full.wallMs)} → ${milliseconds(ours.wallMs)} ms a sample; the sampler adds ${percent(ours.overheadMs / ours.modelMs)}${doubt(full, ours)}`,
    ),
    tile(
      'PSNR to the full run',
      decibels(ours.psnr.mean),
      bench.samples === 1
        ? 'of one sample'
        : `worst tenth ${fixed(ours.psnr.p10, 1)}, worst ${fixed(ours.psnr.min, 1)}`,
    ),
    rival(bench.rows, ours),
  ]}</ul>`
}

/** By how much a speedup may exceed the passes saved before the machine, busy with other things, must have made it. */
const TRUSTED = 1.2

function doubt(full: BenchRow, ours: BenchRow): string {
  const saved = full.passes / ours.passes
  if (ours.speedup > TRUSTED * saved) return `; more than ${times(saved)} is the machine having been busy`
  const spread = Math.max(...[full, ours].map(({ wall }) => (wall ? wall.p90 / wall.p10 : 1)))
  if (spread <= STEADY) return ''
  return `; times of one method differ by ${times(spread)} between samples: other work went on, read them with care`
}

/** Times of the same work on a machine that does nothing else stay within this, p90 over p10. */
const STEADY = 1.5

function rival(rows: readonly BenchRow[], ours: BenchRow): Markup | undefined {
  const best = bestRival(rows, ours)
  if (best === undefined) return undefined
  const ahead = ours.psnr.mean - best.psnr.mean
  const verdict = `${fixed(Math.abs(ahead), 1)} dB ${ahead >= 0 ? 'behind' : 'ahead of'} ${nameOf(ours)}`
  return tile(
    'Best other method at that cost',
    decibels(best.psnr.mean),
    html`<b>${best.method}</b>, ${verdict}`,
  )
}

function tile(name: string, value: Content, note: Content): Markup {
  return html`<li><span class="what">${name}</span><strong>${value}</strong><span class="note">${note}</span></li>`
}
