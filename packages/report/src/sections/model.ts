import { sumOf } from '@fastflow/bench'
import { type Chart, chartFigure } from '../charts/chart.ts'
import { exactFrontier, ownFrontier } from '../charts/frontier.ts'
import { pullsMap, rewardMap } from '../charts/heat-map.ts'
import { learningChart } from '../charts/learning.ts'
import { planChart } from '../charts/plan.ts'
import { scatterChart } from '../charts/scatter.ts'
import { skipsChart } from '../charts/skips.ts'
import { trajectoryChart } from '../charts/trajectories.ts'
import type { ModelSection } from '../document.ts'
import { milliseconds } from '../format.ts'
import { html, type Markup } from '../html.ts'
import { benchTable } from './bench-table.ts'
import { compareSection } from './compare.ts'
import { contestsSection } from './contests.ts'
import { headline } from './headline.ts'

/**
 * Everything about one model; `id` is unique in the page. What has no data is left out, heading and all.
 *
 * @param live whether the page runs its script.
 */
export function modelSection(section: ModelSection, id: string, live: boolean): Markup {
  const { bench, learning, plan } = section
  return html`<section class="model" id="${id}" aria-labelledby="${id}-title">
<header>
<h2 id="${id}-title">${section.model}</h2>
<p class="description">${section.description}</p>
</header>
${headline(bench)}
${compareSection(section, `${id}-compare`, live)}
${charts('Quality for cost', `${id}-quality`, {
  [`${id}-plan`]: plan && planChart(plan, { bench }),
  [`${id}-own`]: ownFrontier(bench),
  [`${id}-exact`]: exactFrontier(bench),
})}
${contestsSection(bench, `${id}-contests`)}
${charts('One by one', `${id}-samples`, {
  [`${id}-scatter`]: scatterChart(bench, 'full', 'best'),
  [`${id}-scatter-exact`]: scatterChart(bench, 'exact', 'full'),
  [`${id}-trajectories`]: trajectoryChart(bench),
})}
${benchTable(bench, `${id}-table`)}
${charts('What was learned', `${id}-learned`, {
  [`${id}-learning`]: learning && learningChart(learning),
  [`${id}-skips`]: skipsChart(bench),
  [`${id}-pulls`]: learning && pullsMap(learning),
  [`${id}-rewards`]: learning && rewardMap(learning),
})}
${setting(section)}
</section>`
}

/** The charts that there are, by the id of their figure. */
function charts(
  title: string,
  id: string,
  named: Readonly<Record<string, Chart | undefined>>,
): Markup | undefined {
  const drawn = Object.entries(named).flatMap(([name, chart]) => (chart ? [chartFigure(chart, name)] : []))
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
    ...made('Evaluations of this bench', sumOf(bench.evaluations)),
    ['Backend', environment.backend],
    ['Threads', environment.threads],
    ...(environment.node === undefined ? [] : [['Node', environment.node] as const]),
    ...(environment.browser === undefined ? [] : [['Browser', environment.browser] as const]),
    ...(environment.eventLoopLagP99Ms > 0
      ? [['Event-loop lag, p99', `${milliseconds(environment.eventLoopLagP99Ms)} ms`] as const]
      : []),
  ]
  return html`<dl class="setting">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}
