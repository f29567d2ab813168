import type { LearningCurve } from '@fastflow/bench'
import type { CustomSeriesOption } from 'echarts/charts'
import { fixed, percent } from '../format.ts'
import { html, type Markup } from '../html.ts'
import { categoryAxis } from './axes.ts'
import { type ChartOption, type ChartSize, chartFigure } from './chart.ts'

/** One cell: column, row, strength in [0, 1], and whether it stands for a value below zero. */
interface Cell {
  readonly step: number
  readonly arm: number
  readonly strength: number
  readonly negative: boolean
}

/** How the pulls of every step are shared between the arms; undefined where nothing was pulled. */
export function pullsMap(curve: LearningCurve, id: string): Markup | undefined {
  const totals = Array.from({ length: curve.steps }, (_, step) =>
    curve.pulls.reduce((sum, row) => sum + (row[step] ?? 0), 0),
  )
  const cells = cellsOf(curve, (arm, step) => {
    const pulls = curve.pulls[arm]?.[step] ?? 0
    return pulls > 0 ? pulls / (totals[step] ?? pulls) : undefined
  })
  if (cells.length === 0) return undefined
  const all = totals.reduce((sum, total) => sum + total, 0)
  const shares = curve.arms.map((length, arm) => {
    const pulls = (curve.pulls[arm] ?? []).reduce((sum, value) => sum + value, 0)
    return `${length}: ${percent(pulls / all)}`
  })
  return heatMap(curve, cells, {
    id,
    title: 'What the bandits chose',
    label: `Share of pulls by skip length over all steps: ${shares.join(', ')}.`,
    caption: `One bandit a step. The stronger the colour, the more often that step’s bandit chose that skip length; blank was never chosen. Over all steps: ${shares.join(' · ')}.`,
    legend: html`<div class="scale"><span>never</span><i class="ramp"></i><span>always</span></div>`,
  })
}

/** Mean reward of every arm at every step; undefined where none is known. */
export function rewardMap(curve: LearningCurve, id: string): Markup | undefined {
  const known = curve.means.flat().filter((mean): mean is number => Number.isFinite(mean ?? undefined))
  const largest = Math.max(...known.map(Math.abs))
  if (!(largest > 0)) return undefined
  const cells = cellsOf(curve, (arm, step) => {
    const mean = curve.means[arm]?.[step]
    return mean !== undefined && Number.isFinite(mean) ? mean / largest : undefined
  })
  return heatMap(curve, cells, {
    id,
    title: 'What they earned',
    label: `Mean reward of every skip length at every step, from ${fixed(Math.min(...known), 2)} to ${fixed(Math.max(...known), 2)}.`,
    caption: `Mean reward of each choice: steps saved, less the error of the forecast at the landing. From ${fixed(Math.min(...known), 2)} to ${fixed(Math.max(...known), 2)}; blank where the choice was never tried.`,
    legend: html`<div class="scale"><span>−${fixed(largest, 2)}</span><i class="ramp signed"></i><span>+${fixed(largest, 2)}</span></div>`,
  })
}

function cellsOf(
  curve: LearningCurve,
  value: (arm: number, step: number) => number | undefined,
): readonly Cell[] {
  return curve.arms.flatMap((_, arm) =>
    Array.from({ length: curve.steps }, (_, step) => ({ step, arm, value: value(arm, step) })).flatMap(
      (cell) =>
        cell.value === undefined
          ? []
          : [{ step: cell.step, arm, strength: Math.abs(cell.value), negative: cell.value < 0 }],
    ),
  )
}

interface HeatMapWords {
  readonly id: string
  readonly title: string
  readonly label: string
  readonly caption: string
  readonly legend: Markup
}

function heatMap(curve: LearningCurve, cells: readonly Cell[], words: HeatMapWords): Markup {
  const rows = curve.arms.length
  return chartFigure({
    ...words,
    across: true,
    heights: [60 + 34 * rows, 60 + 26 * rows],
    draw: (size) => option(curve, cells, size),
  })
}

function option(curve: LearningCurve, cells: readonly Cell[], size: ChartSize): ChartOption {
  const steps = Array.from({ length: curve.steps }, (_, step) => String(step))
  const every = size.narrow ? Math.ceil(curve.steps / 8) : Math.max(1, Math.ceil(curve.steps / 25))
  const series: CustomSeriesOption = {
    type: 'custom',
    silent: true,
    data: cells.map(({ step, arm }) => [step, arm]),
    renderItem: (_, api) => {
      const cell = cells[_.dataIndex]
      const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)])
      const [width = 0, height = 0] = sizeOf(api.size?.([1, 1]))
      return {
        type: 'rect',
        shape: {
          x: x - width / 2 + 0.5,
          y: y - height / 2 + 0.5,
          width: width - 1,
          height: height - 1,
          r: 1.5,
        },
        style: {
          fill: cell?.negative ? 'var(--negative)' : 'var(--heat)',
          opacity: 0.06 + 0.94 * (cell?.strength ?? 0),
        },
      }
    },
  }
  return {
    grid: { left: 56, right: 8, top: 6, bottom: 46 },
    xAxis: categoryAxis('step, from noise (0) to image', steps, every),
    yAxis: {
      ...categoryAxis(
        '',
        curve.arms.map((length) => `skip ${length}`),
      ),
    },
    series: [series],
  }
}

function sizeOf(size: number | number[] | undefined): readonly number[] {
  return typeof size === 'number' ? [size, size] : (size ?? [])
}
