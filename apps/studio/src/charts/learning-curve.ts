import { s } from '../dom/element.ts'
import { line, plot } from './plot.ts'

/** Generations that the thick line averages over, at most. */
const WINDOW = 20

/** Evaluations of every generation, and their moving mean. */
export function learningCurve(nfe: readonly number[], numSteps: number, width: number): SVGSVGElement {
  const window = Math.max(2, Math.min(WINDOW, Math.round(nfe.length / 5)))
  const mean = nfe.map((_, n) => {
    const recent = nfe.slice(Math.max(0, n + 1 - window), n + 1)
    return recent.reduce((sum, value) => sum + value, 0) / recent.length
  })
  const { svg, x, y } = plot({
    width,
    height: 230,
    label: `Evaluations of ${nfe.length} generations: ${nfe[0]} in the first, ${mean.at(-1)?.toFixed(1)} on average over the last ${window}.`,
    x: { from: 0, to: Math.max(10, nfe.length), title: 'generation' },
    y: { from: 0, to: numSteps, title: 'evaluations' },
  })
  const at = (values: readonly number[]) => values.map((value, n) => [x(n + 1), y(value)] as const)
  svg.append(
    s('path', { class: 'curve faint', d: line(at(nfe)) }),
    s('path', { class: 'curve', d: line(at(mean)) }),
    s('circle', { class: 'point', cx: x(nfe.length), cy: y(mean.at(-1)!), r: 4 }),
  )
  return svg
}
