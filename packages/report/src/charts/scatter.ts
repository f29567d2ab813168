import type { BenchContest, BenchDocument } from '@fastflow/bench'
import { checkOneOf } from '@fastflow/core/backend'
import { checkDrawn } from '../check/charts.ts'
import { decibels } from '../format.ts'
import { html, type Markup } from '../html.ts'
import { methodStyle, parseMethod } from '../methods.ts'
import type { Chart, ChartSize } from './chart.ts'
import { legend } from './legend.ts'
import { line, symbolPath } from './marks.ts'
import { plot } from './plot.ts'

/** The budget whose samples are shown one by one, as near as there is one. */
const SHOWN_BUDGET = 12

/** Plan against rival, a point a sample, at one budget; undefined where no such contest was held. @throws FastFlowError `invalid-argument` naming the part. */
export function scatterChart(
  bench: BenchDocument,
  to: BenchContest['to'],
  rival: 'best' | 'full',
): Chart | undefined {
  checkDrawn(bench)
  checkOneOf('to', to, ['full', 'exact'])
  checkOneOf('rival', rival, ['best', 'full'])
  const distance = ({ budget }: BenchContest): number => Math.abs(budget - SHOWN_BUDGET)
  const [contest] = bench.contests
    .filter((one) => one.to === to && (one.rival === 'full') === (rival === 'full'))
    .sort((a, b) => distance(a) - distance(b))
  if (contest === undefined) return undefined
  const { plan, wins, pairs } = contest
  const against = contest.rival === 'full' ? 'the full run' : contest.rival
  const target = to === 'full' ? 'full run' : 'exact solution'
  const { color } = methodStyle(parseMethod(plan).family)
  return {
    title: `Sample by sample: ${plan} and ${against}`,
    label: `PSNR to the ${target} of ${pairs.length} samples, ${plan} against ${against}: ${plan} is ahead on ${wins}, on average by ${decibels(contest.difference.mean)}.`,
    legend: legend([
      { name: 'a sample', color, symbol: 'circle' },
      { name: 'equal', color: 'var(--full)', line: 'dashed' },
    ]),
    caption: `PSNR to the ${target}, one point a sample. Above the line ${plan} is the closer one: ${wins} of ${pairs.length} samples. Lower left are the hard ones.`,
    heights: [340, 320],
    draw: (size) => draw(contest, color, against, size),
  }
}

function draw({ plan, pairs }: BenchContest, color: string, against: string, size: ChartSize): Markup {
  const values = pairs.flat()
  const [min, max] = [Math.floor(Math.min(...values) / 5) * 5, Math.ceil(Math.max(...values) / 5) * 5]
  const { frame, x, y } = plot(
    size,
    { title: `${against}, dB`, min, max },
    { title: `${plan}, dB`, min, max },
  )
  const equal = line(
    [
      [x(min), y(min)],
      [x(max), y(max)],
    ],
    { color: 'var(--full)', width: 1.5, dashed: true },
  )
  const samples = pairs.map(
    ([ours, theirs]) =>
      html`<path d="${symbolPath('circle', [x(theirs), y(ours)], 7)}" fill="${color}" fill-opacity="0.75" stroke="var(--card)"/>`,
  )
  return html`${frame}${equal}${samples}`
}
