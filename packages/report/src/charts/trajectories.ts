import type { BenchDocument, BenchTrajectory } from '@fastflow/bench'
import { checkDrawn } from '../check/charts.ts'
import { decibels } from '../format.ts'
import { html, type Markup } from '../html.ts'
import { methodStyle, parseMethod } from '../methods.ts'
import type { Chart, ChartSize } from './chart.ts'
import { legend } from './legend.ts'
import { line, type Place, symbolPath } from './marks.ts'
import { plot, roundRange } from './plot.ts'

/** Methods that are drawn, at most. */
const MOST = 6

/**
 * How far the runs of the first sample are from its full run on their way from noise to data: a dot is where the network was
 * called. Undefined where they were not followed.
 *
 * @throws FastFlowError `invalid-argument` naming the part.
 */
export function trajectoryChart(bench: BenchDocument): Chart | undefined {
  checkDrawn(bench)
  const trajectories = (bench.trajectories ?? []).filter(({ points }) => points.length > 0).slice(0, MOST)
  if (trajectories.length === 0) return undefined
  return {
    title: 'On the way',
    label: trajectories.map(inWords).join(' '),
    caption:
      'One noise, from noise at the left to data at the right: how close each run is to the full run’s state at the same noise level. Dots are where it lands and the network is called again; the last one is the picture.',
    legend: legend(trajectories.map(({ method }) => ({ name: method, ...styleOf(method) }))),
    heights: [300, 280],
    draw: (size) => draw(trajectories, size),
  }
}

function draw(trajectories: readonly BenchTrajectory[], size: ChartSize): Markup {
  const values = trajectories.flatMap(({ points }) => points.map(({ psnr }) => psnr))
  const { frame, x, y } = plot(
    size,
    { title: 'way from noise to data, 1 − sigma', min: 0, max: 1 },
    { title: 'PSNR to the full run’s state, dB', ...roundRange(values) },
  )
  return html`${frame}${trajectories.map(({ method, points }) => {
    const { color, symbol, dashed } = styleOf(method)
    const places = points.map(({ sigma, psnr }): Place => [x(1 - sigma), y(psnr)])
    const dots = places.map((place) => symbolPath(symbol, place, 6)).join('')
    return html`${line(places, { color, width: 1.5, dashed })}<path d="${dots}" fill="${color}"/>`
  })}`
}

/** Of two budgets of a family the larger is dashed. */
function styleOf(method: string): ReturnType<typeof methodStyle> & { readonly dashed: boolean } {
  const { family, budget = 0 } = parseMethod(method)
  return { ...methodStyle(family), dashed: budget > 12 }
}

function inWords({ method, points }: BenchTrajectory): string {
  const least = Math.min(...points.map(({ psnr }) => psnr))
  return `${method} is ${decibels(least)} away where it is farthest, ${decibels(points.at(-1)!.psnr)} at the end.`
}
