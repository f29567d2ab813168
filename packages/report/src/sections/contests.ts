import type { BenchContest, BenchDocument, Interval } from '@fastflow/bench'
import { fixed } from '../format.ts'
import { html, type Markup } from '../html.ts'
import { methodStyle, parseMethod } from '../methods.ts'

/** Plans against the best other method of their budget, with intervals; undefined where there was no contest. */
export function contestsSection(bench: BenchDocument, id: string): Markup | undefined {
  if (bench.contests.length === 0) return undefined
  return html`<section>
<h3 id="${id}-title">Against the best of the others</h3>
<p class="lead">Each plan against the method, not FastFlow’s own, that came out best on these very ${bench.samples} samples at the same number of evaluations: in hindsight, which favours the rival. Differences of PSNR in dB, plan less rival, with 95 % intervals (paired bootstrap). An interval without 0 is <b class="ahead">ahead</b> or <b class="behind">behind</b>.</p>
<div class="scroll" tabindex="0" role="region" aria-label="${bench.model} against the best of the others"><table class="contests">
<thead><tr><th scope="col">Plan</th><th scope="col">Rival</th><th scope="col">Closer to</th><th scope="col" class="number first">Mean</th><th scope="col">95 % interval</th><th scope="col" class="number first">p10</th><th scope="col">95 % interval</th><th scope="col" class="number first">Ahead on</th></tr></thead>
<tbody>${bench.contests.map((contest, index) => row(contest, bench.contests[index - 1]))}</tbody>
</table></div>
</section>`
}

function row(contest: BenchContest, previous: BenchContest | undefined): Markup {
  const { plan, rival, to, difference, p10, wins, pairs } = contest
  const { family } = parseMethod(plan)
  const starts =
    previous !== undefined &&
    (parseMethod(previous.plan).family !== family || (previous.rival === 'full') !== (rival === 'full'))
  return html`<tr${starts ? html` class="starts"` : undefined}><th scope="row"><i class="dot" style="background:${methodStyle(family).color}"></i>${plan}</th><td class="name">${rival}</td><td>${to === 'full' ? 'full run' : 'exact solution'}</td>${cells(difference)}${cells(p10)}<td class="number first">${wins} of ${pairs.length}</td></tr>`
}

function cells({ mean, low, high }: Interval): Markup {
  const verdict = low > 0 ? ' ahead' : high < 0 ? ' behind' : ''
  return html`<td class="number first${verdict}">${signed(mean)}</td><td class="interval">${signed(low)} to ${signed(high)}</td>`
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${fixed(value, 2)}`
}
