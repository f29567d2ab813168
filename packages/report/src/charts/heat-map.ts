import type { LearningCurve } from '@fastflow/bench'
import { checkCurve } from '../check/charts.ts'
import { fixed, percent } from '../format.ts'
import { html, type Markup } from '../html.ts'
import type { Chart, ChartSize } from './chart.ts'
import { box } from './marks.ts'
import { label } from './plot.ts'

/** One cell: column, row, strength in [0, 1], and whether it stands for a value below zero. */
interface Cell {
  readonly step: number
  readonly arm: number
  readonly strength: number
  readonly negative: boolean
}

/** How the pulls of every step are shared between the arms; undefined where nothing was pulled. @throws FastFlowError `invalid-argument` naming the part. */
export function pullsMap(curve: LearningCurve): Chart | undefined {
  checkCurve(curve)
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
    title: 'What the bandits chose',
    label: `Share of pulls by skip length over all steps: ${shares.join(', ')}.`,
    caption: `One bandit a step. The stronger the colour, the more often that step’s bandit chose that skip length; blank was never chosen. Over all steps: ${shares.join(' · ')}.`,
    legend: html`<div class="scale"><span>never</span><i class="ramp"></i><span>always</span></div>`,
  })
}

/** Mean reward of every arm at every step; undefined where none is known. @throws FastFlowError `invalid-argument` naming the part. */
export function rewardMap(curve: LearningCurve): Chart | undefined {
  checkCurve(curve)
  const known = curve.means.flat().filter((mean): mean is number => Number.isFinite(mean ?? undefined))
  const largest = Math.max(...known.map(Math.abs))
  if (!(largest > 0)) return undefined
  const cells = cellsOf(curve, (arm, step) => {
    const mean = curve.means[arm]?.[step]
    return mean !== undefined && Number.isFinite(mean) ? mean / largest : undefined
  })
  return heatMap(curve, cells, {
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

function heatMap(
  curve: LearningCurve,
  cells: readonly Cell[],
  words: Pick<Chart, 'title' | 'label' | 'caption' | 'legend'>,
): Chart {
  const rows = curve.arms.length
  return {
    ...words,
    across: true,
    heights: [60 + 34 * rows, 60 + 26 * rows],
    draw: (size) => draw(curve, cells, size),
  }
}

/** Room around the cells for what rows and columns are called. */
const margin = { left: 56, right: 8, top: 6, bottom: 46 } as const

/** Pixels between two numbers below the columns, at least. */
const BETWEEN = 34

function draw({ arms, steps }: LearningCurve, cells: readonly Cell[], { width, height }: ChartSize): Markup {
  const wide = (width - margin.left - margin.right) / steps
  const high = (height - margin.top - margin.bottom) / arms.length
  const top = (arm: number): number => margin.top + (arms.length - 1 - arm) * high
  const squares = cells.map(({ step, arm, strength, negative }) =>
    box(
      { x: margin.left + step * wide, y: top(arm) + 0.5, width: Math.max(1, wide - 1), height: high - 1 },
      negative ? 'var(--negative)' : 'var(--heat)',
      0.06 + 0.94 * strength,
    ),
  )
  const rows = arms.map((length, arm) =>
    label(margin.left - 8, top(arm) + high / 2 + 4, 'end', `skip ${length}`),
  )
  const every = [1, 2, 5, 10, 20, 50, 100].find((n) => n * wide >= BETWEEN) ?? steps
  const columns = Array.from({ length: Math.ceil(steps / every) }, (_, n) => n * every).map((step) =>
    label(margin.left + (step + 0.5) * wide, height - margin.bottom + 19, 'middle', String(step)),
  )
  const title = label((margin.left + width) / 2, height - 8, 'middle', 'step, from noise (0) to image')
  return html`${squares}${rows}${columns}${title}`
}
