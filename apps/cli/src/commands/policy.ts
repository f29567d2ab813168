import { certificateOf, planRows } from '@fastflow/bench'
import {
  decisionsOf,
  type Frontier,
  invalidArgument,
  type PlanBudget,
  type PlanDocument,
  type PlanEntry,
  type PlanKey,
  passesOf,
} from '@fastflow/core'
import type { PaperState, PolicyDocument } from '@fastflow/pipelines'
import { textTable } from '@fastflow/report'
import { pathAt } from '../files.ts'
import type { Io } from '../io.ts'
import { readPolicyFile } from '../policy-file.ts'
import { foreignName } from '../terminal.ts'

export interface PolicyExportOptions {
  readonly nfe?: number
  readonly passes?: number
  readonly as: 'mask' | 'decisions'
  readonly json?: boolean
}

/** What a plan or a policy of the paper does, what it cost and how good it is. */
export async function policyShowCommand(io: Io, file: string, options: { json?: boolean }): Promise<void> {
  const path = pathAt(io, file, 'FILE')
  const policy = await readPolicyFile(path, 'FILE')
  const summary = policy.method === 'plan' ? summaryOfPlan(policy.frontier) : summaryOfPaper(policy.document)
  if (options.json) return io.out(JSON.stringify({ file: path, ...summary }, null, 2))
  io.out(
    policy.method === 'plan' ? describePlan(path, policy.frontier) : describePaper(path, policy.document),
  )
}

/** The steps one plan evaluates, for other tools: comma-separated 1 and 0, or letters C and S. */
export async function policyExportCommand(io: Io, file: string, options: PolicyExportOptions): Promise<void> {
  const policy = await readPolicyFile(pathAt(io, file, 'FILE'), 'FILE')
  if (policy.method === 'paper') {
    const problem = `${file} is a policy of the paper, which decides anew in every run`
    throw invalidArgument('FILE', `${problem}; export a plan, from "fastflow calibrate --method plan"`)
  }
  const { frontier } = policy
  const budget = budgetOf(options)
  const entry = frontier.entry(budget)
  const decisions = frontier.decisions(budget)
  const [name, wanted] = typeof budget === 'number' ? ['nfe', budget] : ['passes', budget.passes]
  const found = entry && (typeof budget === 'number' ? entry.budget : passesOf(entry, frontier.document.key))
  const planned = typeof budget === 'number' ? frontier.budgets : frontier.passes
  const steps = `${decisions.length} steps`
  const most = name === 'nfe' ? steps : 'passes of the full run'
  if (found === undefined) io.log(`${name} ${wanted} is not below the ${most}: all are evaluated`)
  else if (found !== wanted)
    io.log(
      `${name} ${wanted} is not planned, ${found} is exported${planned.length > 0 ? `; available: ${planned.join(', ')}` : ''}`,
    )
  const value = options.as === 'mask' ? frontier.mask(budget) : decisions
  const nfe = entry?.nfe ?? decisions.length
  if (options.json) io.out(JSON.stringify({ nfe, steps: decisions.length, [options.as]: value }, null, 2))
  else io.out(typeof value === 'string' ? value : value.join(','))
}

function budgetOf({ nfe, passes }: PolicyExportOptions): PlanBudget {
  if (nfe !== undefined && passes !== undefined)
    throw invalidArgument('--passes', 'excludes --nfe; give one of them')
  if (passes !== undefined) return { passes }
  if (nfe !== undefined) return nfe
  throw invalidArgument('--nfe', 'is missing; say which plan to export, by --nfe or --passes')
}

/** One row a budget, for people. */
export function planTable(frontier: Frontier): string {
  const { plans, joint = [], key } = frontier.document
  const titles = ['budget', 'NFE', 'passes', 'mean dB', 'p10', 'min', 'runs', 'basis', 'decisions']
  const row = (entry: PlanEntry, unit: string): string[] => {
    const { budget, nfe, quality } = entry
    const known = quality.basis !== 'none'
    const decibels = [quality.mean, quality.p10, quality.min].map((psnr) => (known ? psnr.toFixed(1) : '-'))
    const passes = entry.guidance || key.guidanceInterval ? passesOf(entry, key) : ''
    const cells = [`${budget}${unit}`, nfe, passes, ...decibels, quality.runs, quality.basis]
    return [...cells.map(String), lettersOf(frontier, entry)]
  }
  const rows = [...plans.map((entry) => row(entry, '')), ...joint.map((entry) => row(entry, ' passes'))]
  return textTable(titles, rows, [titles.length - 1])
}

/** Held-out runs behind every plan, the confidence they certify, and what the usual one still takes. */
export function certificateLine(frontier: Frontier): string {
  const { runs, upTo, missing } = certificateOf(frontier)
  const how = `"fastflow calibrate --model MODEL --start FILE --evaluations 0 --certify ${missing.confidence} --out FILE"`
  const more = `${missing.runs} ${runs > 0 ? 'more ' : ''}held-out runs (${missing.evaluations} evaluations) certify ${missing.confidence}: ${how}`
  if (runs === 0) return `certified: nothing, the figures are estimates; ${more}`
  const known = `certified: --psnr up to --confidence ${Math.floor(upTo * 1000) / 1000}, by ${runs} held-out runs`
  return missing.runs === 0 ? known : `${known}; ${more}`
}

function lettersOf({ document }: Frontier, entry: PlanEntry): string {
  return decisionsOf(entry, document.key.schedule.sigmas.length - 1)
}

function summaryOfPlan(frontier: Frontier): Record<string, unknown> {
  const { format, version, key, calibration, floor } = frontier.document
  const { schedule, ...rest } = key
  const steps = schedule.sigmas.length - 1
  return {
    format,
    version,
    method: 'plan',
    key: { ...rest, schedule: schedule.name, steps },
    calibration,
    floor,
    certificate: certificateOf(frontier),
    ...planRows(frontier),
  }
}

function describePlan(path: string, frontier: Frontier): string {
  const { key, calibration } = frontier.document
  const { evaluations, fullGenerations, borrowed, seeds, heldOut } = calibration
  const cost = `${evaluations} evaluations (${fullGenerations} full generations), ${seeds.length} runs to plan with, ${heldOut.length} held out`
  const free = borrowed > 0 ? `, ${borrowed} evaluations of runs that happened anyway` : ''
  return [
    `${path}: plan for ${key.schedule.sigmas.length - 1} steps of ${foreignName(key.schedule.name)}, target ${key.target}`,
    `model ${foreignName(key.model ?? 'any')}, guidance ${key.guidance ?? 'any'}${actingAt(key)}, ${key.dims?.join(' x ') ?? 'any size'}, ${foreignName(key.dtype ?? 'any type')}`,
    `calibration: ${cost}${free}`,
    `floor: ${describeFloor(frontier.document)}`,
    certificateLine(frontier),
    planTable(frontier),
  ].join('\n')
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

function summaryOfPaper({
  format,
  version,
  key,
  state,
}: PolicyDocument<PaperState>): Record<string, unknown> {
  const { sigmas, ...rest } = key
  const { generations, mu, arms, numSteps } = state
  return { format, version, method: 'paper', key: { ...rest, steps: numSteps }, generations, mu, arms }
}

function describePaper(path: string, { key, state }: PolicyDocument<PaperState>): string {
  const { generations, mu, arms, numSteps } = state
  return [
    `${path}: policy of the paper for ${numSteps} steps, ${foreignName(key.policy)}`,
    `model ${foreignName(key.model)}, guidance ${key.guidanceScale}${actingAt(key)}, ${key.dims.join(' x ')}, ${foreignName(key.dtype)}`,
    `learned from ${generations} generations, mu ${mu === null ? 'not calibrated' : mu.toPrecision(4)}, arms ${arms.join(', ')}`,
  ].join('\n')
}
