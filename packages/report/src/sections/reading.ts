import type { ReportDocument } from '../document.ts'
import { html, type Markup } from '../html.ts'
import { aboutMethod, familiesOf } from '../methods.ts'

/** What the figures mean and do not mean, and what each method is. */
export function readingGuide({ sections }: ReportDocument): Markup {
  const methods = sections.flatMap(({ bench, comparisons }) => [
    ...bench.rows.map(({ method }) => method),
    ...comparisons.flatMap(({ pictures }) => pictures.map(({ method }) => method)),
  ])
  const known = familiesOf(methods).flatMap((family) => {
    const about = aboutMethod(family)
    const name = methods.includes(family) ? family : `${family}-N`
    return about === undefined ? [] : [html`<div><dt>${name}</dt><dd>${about}</dd></div>`]
  })
  return html`<details class="reading" open>
<summary><h2>How to read this</h2></summary>
<div class="columns">
<div>
<p><b>PSNR to the own full run</b> says how close an image is to the one the same model makes from the same noise with all its steps. It measures fidelity, not beauty: a different picture can be just as good, and no figure here says which one a person would prefer.</p>
<p><b>PSNR to the exact solution</b> compares with the same flow solved far more finely. The full run is an approximation too, so a method can lie closer to the exact solution than the full run does.</p>
<p><b>p10 and min</b> are the tail: one sample in ten is worse than p10, and min is the worst of all. Read them before the mean; a good mean can hide a few wholly different pictures.</p>
<p><b>NFE</b> counts evaluations of the velocity. With guidance on, one evaluation takes two network <b>passes</b>, with and without the condition. <b>Speedup</b> is wall time on the machine that made this page, sampler and copies included.</p>
</div>
${known.length > 0 ? html`<dl class="methods">${known}</dl>` : undefined}
</div>
</details>`
}
