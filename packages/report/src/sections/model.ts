import { sumOf } from '@fastflow/bench'
import { exactFrontier, ownFrontier } from '../charts/frontier.ts'
import { pullsMap, rewardMap } from '../charts/heat-map.ts'
import { learningChart } from '../charts/learning.ts'
import { scatterChart } from '../charts/scatter.ts'
import { skipsChart } from '../charts/skips.ts'
import type { ModelSection } from '../document.ts'
import { milliseconds } from '../format.ts'
import { html, type Markup } from '../html.ts'
import { benchTable } from './bench-table.ts'
import { compareSection } from './compare.ts'
import { contestsSection } from './contests.ts'
import { headline } from './headline.ts'

/** Everything about one model; `id` is unique in the page. What has no data is left out, heading and all. */
export function modelSection(section: ModelSection, id: string): Markup {
  const { bench, learning } = section
  return html`<section class="model" id="${id}" aria-labelledby="${id}-title">
<header>
<h2 id="${id}-title">${section.model}</h2>
<p class="description">${section.description}</p>
</header>
${headline(bench)}
${compareSection(section, `${id}-compare`)}
${charts('Quality for cost', `${id}-quality`, [
  ownFrontier(bench, `${id}-own`),
  exactFrontier(bench, `${id}-exact`),
])}
${contestsSection(bench, `${id}-contests`)}
${charts('One by one', `${id}-samples`, [
  scatterChart(bench, 'full', 'best', `${id}-scatter`),
  scatterChart(bench, 'exact', 'full', `${id}-scatter-exact`),
])}
${benchTable(bench, `${id}-table`)}
${charts('What was learned', `${id}-learned`, [
  learning && learningChart(learning, `${id}-learning`),
  skipsChart(bench, `${id}-skips`),
  learning && pullsMap(learning, `${id}-pulls`),
  learning && rewardMap(learning, `${id}-rewards`),
])}
${setting(section)}
</section>`
}

function charts(title: string, id: string, figures: readonly (Markup | undefined)[]): Markup | undefined {
  const drawn = figures.filter((figure) => figure !== undefined)
  if (drawn.length === 0) return undefined
  return html`<section><h3 id="${id}-title">${title}</h3><div class="charts">${drawn}</div></section>`
}

function setting({ bench }: ModelSection): Markup {
  const { environment } = bench
  const made = (name: string, count: number): (readonly [string, number])[] =>
    count > 0 ? [[name, count]] : []
  const facts: readonly (readonly [string, string | number])[] = [
    ['Steps of the full run', bench.steps],
    ['Samples', bench.samples],
    ['First seed', bench.seed],
    ['Guidance scale', bench.guidanceScale],
    ...(bench.guidanceInterval ? [['Guided at sigma', bench.guidanceInterval.join(' to ')] as const] : []),
    ...made('Frames of a clip', bench.frames ?? 0),
    ...made('Steps of the exact solution', bench.exactSteps),
    ...made('Generations learned from', bench.paperGenerations),
    ...made('Evaluations planned with', bench.planEvaluations),
    ...made('The same, exact solution', bench.planExactEvaluations),
    ...made('Noises others were tuned on', bench.tuningSamples),
    ['Evaluations of this bench', sumOf(bench.evaluations)],
    ['Backend', environment.backend],
    ['Threads', environment.threads],
    ['Node', environment.node],
    ['Event-loop lag, p99', `${milliseconds(environment.eventLoopLagP99Ms)} ms`],
  ]
  return html`<dl class="setting">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}
