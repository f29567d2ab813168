import type { BenchDocument, BenchRow } from '@fastflow/bench'
import { isRival } from '@fastflow/bench'
import { count, decibels, fixed, milliseconds, percent, times } from '../format.ts'
import { type Content, html, type Markup } from '../html.ts'
import { parseMethod } from '../methods.ts'

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
  if (ours.speedup <= TRUSTED * saved) return ''
  return `; more than ${times(saved)} is the machine having been busy`
}

/** The plan of the budget nearest 12, or else the learned policy. */
function featuredRow(rows: readonly BenchRow[]): BenchRow | undefined {
  const distance = (row: BenchRow): number => Math.abs((parseMethod(row.method).budget ?? 0) - 12)
  const plans = rows.filter((row) => parseMethod(row.method).family === 'plan')
  return plans.sort((a, b) => distance(a) - distance(b))[0] ?? rows.find((row) => row.method === 'paper')
}

function nameOf({ method }: BenchRow): string {
  return method === 'paper' ? 'the learned policy' : 'the plan'
}

function rival(rows: readonly BenchRow[], ours: BenchRow): Markup | undefined {
  const best = rows
    .filter((row) => isRival(row.method) && row.nfe <= Math.ceil(ours.nfe))
    .sort((a, b) => b.psnr.mean - a.psnr.mean)[0]
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
