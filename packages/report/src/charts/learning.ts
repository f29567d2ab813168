import type { LearningCurve } from '@fastflow/bench'
import type { LineSeriesOption } from 'echarts/charts'
import { count } from '../format.ts'
import type { Markup } from '../html.ts'
import { plotArea, valueAxisX, valueAxisY } from './axes.ts'
import { chartFigure } from './chart.ts'
import { legend } from './legend.ts'

/** Evaluations of every generation, and their moving mean; undefined before the second generation. */
export function learningChart(curve: LearningCurve, id: string): Markup | undefined {
  const { nfe, steps } = curve
  if (nfe.length < 2) return undefined
  const window = Math.max(2, Math.min(20, Math.round(nfe.length / 5)))
  const mean = movingMean(nfe, window)
  const last = mean.at(-1) ?? Number.NaN
  const line = (values: readonly number[], lineStyle: LineSeriesOption['lineStyle']): LineSeriesOption => ({
    type: 'line',
    silent: true,
    showSymbol: false,
    sampling: 'lttb',
    data: values.map((value, index) => [index + 1, value]),
    lineStyle: { color: 'var(--paper)', ...lineStyle },
  })
  return chartFigure({
    id,
    title: 'Learning, generation by generation',
    label: `Evaluations of ${nfe.length} generations: ${count(nfe[0] ?? Number.NaN)} in the first, ${count(last)} on average over the last ${window}.`,
    caption: `Policy “${curve.policy}”: evaluations spent on each of ${nfe.length} generations, of ${steps} steps. The last ${window} took ${count(last)} on average.`,
    legend: legend([
      { name: 'one generation', color: 'var(--paper)', line: 'thin' },
      { name: `mean of the last ${window}`, color: 'var(--paper)', line: 'solid' },
    ]),
    heights: [300, 280],
    draw: () => ({
      grid: plotArea,
      xAxis: valueAxisX('generation', { min: 0, max: nfe.length }),
      yAxis: valueAxisY('evaluations (NFE)', { min: 0 }),
      series: [line(nfe, { width: 1, opacity: 0.35 }), line(mean, { width: 2.5 })],
    }),
  })
}

/** Mean of the last `window` values at every place; of fewer where there are not yet so many. */
export function movingMean(values: readonly number[], window: number): readonly number[] {
  return values.map((_, index) => {
    const recent = values.slice(Math.max(0, index + 1 - window), index + 1)
    return recent.reduce((sum, value) => sum + value, 0) / recent.length
  })
}
