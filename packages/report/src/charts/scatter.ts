import type { BenchContest, BenchDocument } from '@fastflow/bench'
import type { LineSeriesOption } from 'echarts/charts'
import { decibels } from '../format.ts'
import type { Markup } from '../html.ts'
import { methodStyle, parseMethod } from '../methods.ts'
import { plotArea, valueAxisX, valueAxisY } from './axes.ts'
import { type ChartOption, chartFigure } from './chart.ts'
import { legend } from './legend.ts'

/** The budget whose samples are shown one by one, as near as there is one. */
const SHOWN_BUDGET = 12

/** Plan against rival, a point a sample, at one budget; undefined where no such contest was held. */
export function scatterChart(
  bench: BenchDocument,
  to: BenchContest['to'],
  rival: 'best' | 'full',
  id: string,
): Markup | undefined {
  const distance = ({ budget }: BenchContest): number => Math.abs(budget - SHOWN_BUDGET)
  const [contest] = bench.contests
    .filter((one) => one.to === to && (one.rival === 'full') === (rival === 'full'))
    .sort((a, b) => distance(a) - distance(b))
  if (contest === undefined) return undefined
  const { plan, wins, pairs } = contest
  const against = contest.rival === 'full' ? 'the full run' : contest.rival
  const target = to === 'full' ? 'full run' : 'exact solution'
  const { color } = methodStyle(parseMethod(plan).family)
  return chartFigure({
    id,
    title: `Sample by sample: ${plan} and ${against}`,
    label: `PSNR to the ${target} of ${pairs.length} samples, ${plan} against ${against}: ${plan} is ahead on ${wins}, on average by ${decibels(contest.difference.mean)}.`,
    legend: legend([
      { name: 'a sample', color, symbol: 'circle' },
      { name: 'equal', color: 'var(--full)', line: 'dashed' },
    ]),
    caption: `PSNR to the ${target}, one point a sample. Above the line ${plan} is the closer one: ${wins} of ${pairs.length} samples. Lower left are the hard ones.`,
    heights: [340, 320],
    draw: () => option(contest, color, against),
  })
}

const plain: LineSeriesOption = { type: 'line', silent: true }

function option({ plan, pairs }: BenchContest, color: string, against: string): ChartOption {
  const values = pairs.flat()
  const [min, max] = [Math.floor(Math.min(...values) / 5) * 5, Math.ceil(Math.max(...values) / 5) * 5]
  const range = { min, max, scale: true }
  return {
    grid: plotArea,
    xAxis: valueAxisX(`${against}, dB`, range),
    yAxis: valueAxisY(`${plan}, dB`, range),
    series: [
      {
        ...plain,
        data: [
          [min, min],
          [max, max],
        ],
        showSymbol: false,
        lineStyle: { color: 'var(--full)', width: 1.5, type: [6, 4] },
      },
      {
        ...plain,
        z: 3,
        data: pairs.map(([ours, theirs]) => [theirs, ours]),
        symbol: 'circle',
        symbolSize: 7,
        itemStyle: { color, opacity: 0.75, borderColor: 'var(--card)', borderWidth: 1 },
        lineStyle: { width: 0, opacity: 0 },
      },
    ],
  }
}
