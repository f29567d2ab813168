import type { PlanDocument } from '@fastflow/core'
import { s } from '../dom/element.ts'
import { decibels } from '../words.ts'
import { line, plot } from './plot.ts'

/** A picture that was made: its evaluations and its fidelity, measured. */
export interface Measured {
  readonly nfe: number
  readonly psnr: number
}

export interface FrontierOptions {
  readonly plan: PlanDocument
  readonly measured: readonly Measured[]
  /** Evaluations that are chosen at the moment. */
  readonly chosen: number
  readonly width: number
  readonly onPick?: (nfe: number) => void
}

/** PSNR against evaluations: the plan's mean and worst tenth in calibration, and what was measured on this picture. */
export function frontierChart({ plan, measured, chosen, width, onPick }: FrontierOptions): SVGSVGElement {
  const { plans } = plan
  const values = [
    ...plans.flatMap(({ quality }) => [quality.mean, quality.p10]),
    ...measured.map(({ psnr }) => psnr),
  ]
  const label = `Fidelity by evaluations. ${plans.map(({ nfe, quality }) => `${nfe}: ${decibels(quality.mean)}`).join(', ')}.`
  const { svg, x, y } = plot({
    width,
    height: 300,
    label,
    x: {
      from: 0,
      to: Math.ceil((Math.max(...plans.map(({ nfe }) => nfe)) + 2) / 5) * 5,
      title: 'evaluations an image',
    },
    y: {
      from: Math.floor((Math.min(...values) - 2) / 5) * 5,
      to: Math.ceil((Math.max(...values) + 1) / 5) * 5,
      title: 'PSNR to the full run, dB',
    },
  })
  const means = plans.map(({ nfe, quality }) => [x(nfe), y(quality.mean)] as const)
  const tails = plans.map(({ nfe, quality }) => [x(nfe), y(quality.p10)] as const)
  svg.append(
    s('path', { class: 'band', d: `${line(means)}${line([...tails].reverse()).replace('M', 'L')}Z` }),
    s('path', { class: 'curve', d: line(means) }),
    ...plans.map(({ budget, nfe, quality }) => {
      const point = s(
        'circle',
        {
          class: budget === chosen ? 'point on' : 'point',
          cx: x(nfe),
          cy: y(quality.mean),
          r: budget === chosen ? 7 : 5,
        },
        s('title', {}, `${nfe} evaluations, ${decibels(quality.mean)}`),
      )
      if (onPick) point.addEventListener('click', () => onPick(budget))
      return point
    }),
    ...measured.map(({ nfe, psnr }) =>
      s(
        'path',
        { class: 'measured', d: `M${x(nfe)} ${y(psnr) - 6}l6 6l-6 6l-6 -6z` },
        s('title', {}, `this picture: ${nfe} evaluations, ${decibels(psnr)}`),
      ),
    ),
  )
  return svg
}
