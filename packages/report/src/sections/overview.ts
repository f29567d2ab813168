import type { BenchRow } from '@fastflow/bench'
import type { ModelSection } from '../document.ts'
import { count, decibels, times } from '../format.ts'
import { html, type Markup } from '../html.ts'
import { bestRival, featuredRow, nameOf } from './featured.ts'

/**
 * What came of every model, before anything is explained: a picture, the speed-up, the fidelity and a sentence. Undefined for one
 * model, whose own headline says it, and where there is nothing to tell.
 *
 * @param live whether the page runs its script, which copies pictures: each is in the page once. Without it pictures stay with
 *   their models.
 */
export function overview(sections: readonly ModelSection[], live: boolean): Markup | undefined {
  if (sections.length < 2) return undefined
  const items = sections.flatMap((section, index) => entry(section, `model-${index + 1}`, live) ?? [])
  if (items.length === 0) return undefined
  return html`<section class="overview" aria-labelledby="overview-title">
<h2 id="overview-title">In short</h2>
<ol>${items}</ol>
</section>`
}

function entry({ model, bench, comparisons }: ModelSection, id: string, live: boolean): Markup | undefined {
  const full = bench.rows.find(({ method }) => method === 'full')
  const ours = featuredRow(bench.rows)
  if (full === undefined || ours === undefined) return undefined
  const shown = comparisons[0]?.pictures.some(({ method }) => method === ours.method)
  return html`<li>${live && shown ? html`<div class="slot" data-from="${id}" data-method="${ours.method}"></div>` : undefined}
<div><h3><a href="#${id}">${model}</a></h3>
<p class="gain"><strong>${times(ours.speedup)}</strong> as fast, <strong>${decibels(ours.psnr.mean)}</strong> to the full run</p>
<p>${sentenceOn(bench.rows, full, ours)}</p></div></li>`
}

function sentenceOn(rows: readonly BenchRow[], full: BenchRow, ours: BenchRow): string {
  const subject = nameOf(ours)
  const own = `${subject.charAt(0).toUpperCase()}${subject.slice(1)} evaluates ${count(ours.nfe)} of ${count(full.nfe)} steps`
  const best = bestRival(rows, ours)
  if (best === undefined) return `${own}.`
  return `${own}; the best other method at that cost, ${best.method}, comes to ${decibels(best.psnr.mean)}.`
}
