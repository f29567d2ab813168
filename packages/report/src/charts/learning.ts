import type { LearningCurve } from '@fastflow/bench'
import { checkCurve } from '../check/charts.ts'
import { count } from '../format.ts'
import { html, type Markup } from '../html.ts'
import type { Chart, ChartSize } from './chart.ts'
import { legend } from './legend.ts'
import { line, type Place, symbolPath } from './marks.ts'
import { plot } from './plot.ts'

/** Evaluations of every generation, and their moving mean; undefined before the second generation. @throws FastFlowError `invalid-argument` naming the part. */
export function learningChart(curve: LearningCurve): Chart | undefined {
  checkCurve(curve)
  const { nfe, steps } = curve
  if (nfe.length < 2) return undefined
  const window = Math.max(2, Math.min(20, Math.round(nfe.length / 5)))
  const mean = movingMean(nfe, window)
  const last = mean.at(-1) ?? Number.NaN
  return {
    title: 'Learning, generation by generation',
    label: `Evaluations of ${nfe.length} generations: ${count(nfe[0] ?? Number.NaN)} in the first, ${count(last)} on average over the last ${window}.`,
    caption: `Policy “${curve.policy}”: evaluations spent on each of ${nfe.length} generations, of ${steps} steps. The last ${window} took ${count(last)} on average.`,
    legend: legend([
      { name: 'one generation', color: 'var(--paper)', line: 'thin' },
      { name: `mean of the last ${window}`, color: 'var(--paper)', line: 'solid' },
    ]),
    heights: [300, 280],
    draw: (size) => draw(nfe, mean, steps, size),
  }
}

function draw(nfe: readonly number[], mean: readonly number[], steps: number, size: ChartSize): Markup {
  const { frame, x, y } = plot(
    size,
    { title: 'generation', min: 0, max: Math.max(10, nfe.length), whole: true },
    { title: 'evaluations (NFE)', min: 0, max: steps },
  )
  // More points than pixels would only make the page heavier.
  const every = Math.ceil(nfe.length / size.width)
  const placed = (values: readonly number[]): Place[] =>
    values
      .map((value, index): Place => [x(index + 1), y(value)])
      .filter((_, index) => index % every === 0 || index === values.length - 1)
  const color = 'var(--paper)'
  const last = placed(mean).at(-1)!
  return html`${frame}${line(placed(nfe), { color, width: 1, opacity: 0.35 })}${line(placed(mean), { color, width: 2.5 })}<path d="${symbolPath('circle', last, 8)}" fill="${color}" stroke="var(--card)"/>`
}

/** Mean of the last `window` values at every place; of fewer where there are not yet so many. */
export function movingMean(values: readonly number[], window: number): readonly number[] {
  return values.map((_, index) => {
    const recent = values.slice(Math.max(0, index + 1 - window), index + 1)
    return recent.reduce((sum, value) => sum + value, 0) / recent.length
  })
}
