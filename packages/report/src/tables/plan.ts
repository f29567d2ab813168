import {
  decisionsOf,
  type Plan,
  type PlanDocument,
  type PlanEntry,
  type PlanKey,
  passesOf,
} from '@fastflow/core'
import { checkFrontier } from '@fastflow/core/backend'
import { foreignName } from '../foreign-name.ts'
import { textTable } from './text-table.ts'

/** The plans of a frontier, one row a budget: their cost, how near they come to the target, which steps they evaluate. @throws FastFlowError `invalid-argument`. */
export function planTable(frontier: Plan): string {
  checkFrontier('frontier', frontier)
  const { plans, joint = [], key } = frontier.document
  const titles = ['budget', 'NFE', 'passes', 'mean dB', 'p10', 'min', 'runs', 'basis', 'decisions']
  const row = (entry: PlanEntry, unit: string): string[] => {
    const { budget, nfe, quality } = entry
    const known = quality.basis !== 'none'
    const decibels = [quality.mean, quality.p10, quality.min].map((psnr) => (known ? psnr.toFixed(1) : '-'))
    const passes = entry.guidance || key.guidanceInterval ? passesOf(entry, key) : ''
    const cells = [`${budget}${unit}`, nfe, passes, ...decibels, quality.runs, quality.basis]
    return [...cells.map(String), decisionsOf(entry, key.schedule.sigmas.length - 1)]
  }
  const rows = [...plans.map((entry) => row(entry, '')), ...joint.map((entry) => row(entry, ' passes'))]
  return textTable(titles, rows, [titles.length - 1])
}

/** What a plan is for, what it cost and how far the full run itself is from the exact solution, one a line. @throws FastFlowError `invalid-argument`. */
export function planLines(frontier: Plan): readonly string[] {
  checkFrontier('frontier', frontier)
  const { document } = frontier
  const { key, calibration } = document
  const { evaluations, fullGenerations, borrowed, seeds, heldOut } = calibration
  const cost = `${evaluations} evaluations (${fullGenerations} full generations), ${seeds.length} runs to plan with, ${heldOut.length} held out`
  const free = borrowed > 0 ? `, ${borrowed} evaluations of runs that happened anyway` : ''
  return [
    `plan for ${key.schedule.sigmas.length - 1} steps of ${foreignName(key.schedule.name)}, target ${key.target}`,
    `model ${foreignName(key.model ?? 'any')}, guidance ${key.guidance ?? 'any'}${actingAt(key)}, ${key.dims?.join(' x ') ?? 'any size'}, ${foreignName(key.dtype ?? 'any type')}`,
    `calibration: ${cost}${free}`,
    `floor: ${describeFloor(document)}`,
  ]
}

function actingAt({ guidanceInterval }: Pick<PlanKey, 'guidanceInterval'>): string {
  return guidanceInterval ? ` at sigma ${guidanceInterval.join(' to ')}` : ''
}

function describeFloor({ floor }: PlanDocument): string {
  const mean = (values: readonly number[]): string =>
    `${(values.reduce((sum, psnr) => sum + psnr, 0) / values.length).toFixed(1)} dB (${values.length} runs)`
  const parts = [
    floor.fewerSteps.length > 0 && `a tenth fewer steps is ${mean(floor.fewerSteps)} from the baseline`,
    floor.exact.length > 0 && `the baseline is ${mean(floor.exact)} from the exact solution`,
  ].filter((part) => part !== false)
  return parts.join('; ') || 'not measured'
}
