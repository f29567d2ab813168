import type { BenchDocument } from '@fastflow/bench'
import type { PlanDocument } from '@fastflow/core'
import { checkOptions, checkWhole, type OptionNames } from '@fastflow/core/backend'
import { checkDrawn, checkPlanDocument } from '../check/charts.ts'
import { decibels } from '../format.ts'
import { methodStyle, parseMethod } from '../methods.ts'
import type { Chart } from './chart.ts'
import { type Curve, drawCurves, type Point } from './curves.ts'
import { isDrawable } from './frontier.ts'
import { legend } from './legend.ts'

export interface PlanChartOptions {
  /** What was measured with the same settings, beside what the plan promises. */
  readonly bench?: BenchDocument
  /** Budget that stands out. */
  readonly chosen?: number
}

const names: OptionNames<PlanChartOptions> = { bench: true, chosen: true }

/**
 * NFE against PSNR to the full run, as a plan has it from the runs it was judged by, and as measured. Points of the plan have
 * `data-budget`. Undefined where the plan was never run, so that there is nothing to draw.
 *
 * @throws FastFlowError `invalid-argument` naming the part of the document, or the option.
 */
export function planChart(plan: PlanDocument, options: PlanChartOptions = {}): Chart | undefined {
  checkPlanDocument(plan)
  checkOptions('options', options, names)
  const { plans, key } = plan
  const { bench, chosen } = options
  if (bench !== undefined) checkDrawn(bench)
  if (chosen !== undefined) checkWhole('chosen', chosen, 1)
  const judged = plans.filter(({ quality: { mean, basis } }) => basis !== 'none' && isDrawable(mean))
  if (judged.length === 0) return undefined
  const planned: Curve = {
    name: 'plan, mean',
    style: { ...methodStyle('plan'), symbol: 'circle' },
    points: judged.map(({ budget, nfe, quality }) => ({
      budget,
      nfe,
      quality,
      words: `${nfe} evaluations, ${decibels(quality.mean)}`,
    })),
    tail: 'band',
    ...(chosen !== undefined && { chosen }),
  }
  const steps = key.schedule.sigmas.length - 1
  const measured = [measuredOf(bench, MEASURED), measuredOf(bench, PLAIN)].filter(
    (curve) => curve !== undefined,
  )
  const drawing = { curves: [planned, ...measured], others: [], level: undefined }
  return {
    title: 'Fidelity for cost, as planned',
    label: `Fidelity by evaluations. ${judged.map(({ nfe, quality }) => `${nfe}: ${decibels(quality.mean)}`).join(', ')}.${measured.map(({ name, points }) => ` ${name}: ${points.map(({ nfe, quality }) => `${Math.round(nfe)}: ${decibels(quality.mean)}`).join(', ')}.`).join('')}`,
    caption: `How close the plan’s images come to those of all ${steps} steps, by the runs it was judged by. Higher and further left is better.`,
    legend: legend([
      { name: planned.name, color: planned.style.color, line: 'solid', symbol: 'circle' },
      { name: 'down to its worst tenth', color: planned.style.color, line: 'band' },
      ...measured.map(({ name, style }) => ({ name, ...style })),
    ]),
    heights: [320, 300],
    draw: (size) => drawCurves(drawing, size),
  }
}

interface Shown {
  readonly families: readonly string[]
  readonly style: Curve['style']
  readonly prefix: string
}

/** What is shown beside a plan: itself and what else users can choose. */
const MEASURED: Shown = {
  families: ['plan', 'paper'],
  style: { color: 'var(--measured)', symbol: 'diamond' },
  prefix: '',
}

/** The same cost without FastFlow. */
const PLAIN: Shown = { families: ['euler'], style: methodStyle('euler'), prefix: 'Euler, nothing skipped: ' }

function measuredOf(bench: BenchDocument | undefined, { families, style, prefix }: Shown): Curve | undefined {
  const rows = (bench?.rows ?? []).filter(
    ({ method, psnr }) => families.includes(parseMethod(method).family) && isDrawable(psnr.mean),
  )
  if (bench === undefined || rows.length === 0) return undefined
  return {
    name: `${prefix}${bench.samples === 1 ? 'this sample, measured' : `measured on ${bench.samples} samples`}`,
    style,
    loose: true,
    points: rows.map(
      ({ method, nfe, psnr }): Point => ({
        nfe,
        quality: psnr,
        words: `${method}: ${nfe} evaluations, ${decibels(psnr.mean)}`,
      }),
    ),
  }
}
