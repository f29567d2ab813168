import type { PrecisionDocument } from '@fastflow/bench'
import { chartFigure } from '../charts/chart.ts'
import { precisionChart } from '../charts/precision.ts'
import { count, decibels, fixed, milliseconds, times } from '../format.ts'
import { html, type Markup } from '../html.ts'

/** Plans and precisions of one model: the plot and all figures; `id` is unique in the page. */
export function precisionSection(document: PrecisionDocument, id: string): Markup {
  const chart = precisionChart(document)
  const { models, rows, environment } = document
  const heads = ['Method', 'NFE', 'Passes', 'PSNR', 'p10', 'min', 'ms', 'Time', 'Speedup', 'Not surpassed']
  return html`<section class="model" id="${id}" aria-labelledby="${id}-title">
<header>
<h2 id="${id}-title">${models.join(', ')}</h2>
<p class="description">Each folder with all ${document.steps} steps and with its plans, on the same ${document.samples} noises in turn, guidance ${document.guidanceScale}; ${environment.backend}, ${environment.threads} threads.</p>
</header>
${chart && html`<section><div class="charts">${chartFigure(chart, `${id}-chart`)}</div></section>`}
<section>
<h3>All figures</h3>
<p class="lead">PSNR to the full run of ${models[0]}; time is a share of its, the median of the samples' own.</p>
<div class="scroll" tabindex="0" role="region" aria-label="All figures of ${models.join(', ')}"><table data-sortable>
<thead><tr><th scope="col">Model</th>${heads.map((head) => html`<th scope="col" class="number">${head}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr><th scope="row" data-value="${row.model}">${row.model}</th>${cell(row.method, row.method)}${cell(row.nfe, count(row.nfe))}${cell(row.passes, count(row.passes))}${cell(row.psnr.mean, decibels(row.psnr.mean))}${cell(row.psnr.p10, decibels(row.psnr.p10))}${cell(row.psnr.min, decibels(row.psnr.min))}${cell(row.wallMs, milliseconds(row.wallMs))}${cell(row.time, fixed(row.time, 3))}${cell(row.time, times(1 / row.time))}${cell(row.pareto ? 1 : 0, row.pareto ? '★' : '')}</tr>`,
  )}</tbody>
</table></div>
</section>
</section>`
}

function cell(value: number | string, text: string): Markup {
  return html`<td class="number" data-value="${value}">${text}</td>`
}
