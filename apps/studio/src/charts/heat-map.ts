import { armStats } from '@fastflow/bandits'
import type { PaperState } from '@fastflow/pipelines'
import { s } from '../dom/element.ts'

const ROW = 30
const LEFT = 52
const BOTTOM = 34

/** How often every skip length was chosen at every step, as a share of that step's choices. */
export function heatMap(state: PaperState, width: number): SVGSVGElement {
  const { arms, numSteps } = state
  const height = arms.length * ROW + BOTTOM
  const cell = (width - LEFT) / numSteps
  const shares = sharesOf(state)
  const cells = shares.flatMap((row, step) =>
    row.map((share, arm) =>
      s('rect', {
        class: 'heat',
        x: (LEFT + step * cell).toFixed(2),
        y: (arms.length - 1 - arm) * ROW,
        width: Math.max(1, cell - 1).toFixed(2),
        height: ROW - 2,
        rx: 1.5,
        'fill-opacity': (0.06 + 0.94 * share).toFixed(3),
      }),
    ),
  )
  const names = arms.map((arm, n) =>
    s(
      'text',
      { x: LEFT - 10, y: (arms.length - 1 - n) * ROW + ROW / 2 + 3, 'text-anchor': 'end' },
      `skip ${arm}`,
    ),
  )
  const every = width < 420 ? 10 : 5
  const steps = Array.from({ length: Math.ceil(numSteps / every) }, (_, n) =>
    s(
      'text',
      { x: LEFT + (n * every + 0.5) * cell, y: arms.length * ROW + 14, 'text-anchor': 'middle' },
      String(n * every),
    ),
  )
  const title = s(
    'text',
    { class: 'title', x: width, y: height - 4, 'text-anchor': 'end' },
    'step, from noise (0) to picture',
  )
  const label = `How often each of the skip lengths ${arms.join(', ')} was chosen at each of ${numSteps} steps. ${favourite(state, shares)}`
  return s(
    'svg',
    { class: 'plot', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label },
    ...cells,
    ...names,
    ...steps,
    title,
  )
}

/** `[step][arm]`: share of the step's pulls; none where there is no choice or none was made. */
function sharesOf({ bandits }: PaperState): readonly (readonly number[])[] {
  return bandits.map((bandit) => {
    if (bandit === null) return []
    const pulls = armStats(bandit).map(({ weight }) => weight)
    const sum = pulls.reduce((total, n) => total + n, 0)
    return sum > 0 ? pulls.map((n) => n / sum) : pulls.map(() => 0)
  })
}

function favourite({ arms }: PaperState, shares: readonly (readonly number[])[]): string {
  const totals = arms.map((_, arm) => shares.reduce((sum, row) => sum + (row[arm] ?? 0), 0))
  return `Most often: skip ${arms[totals.indexOf(Math.max(...totals))]}.`
}
