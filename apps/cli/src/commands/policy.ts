import { certificateOf, paperSummary, planSummary } from '@fastflow/bench'
import { invalidArgument, type Plan, type PlanBudget, passesOf } from '@fastflow/core'
import type { PaperState, PolicyDocument } from '@fastflow/pipelines'
import { type ExportFormat, exportPlan, foreignName, planLines, planTable } from '@fastflow/report'
import { pathAt } from '../files.ts'
import type { Io } from '../io.ts'
import { readPolicyFile } from '../policy-file.ts'

export interface PolicyExportOptions {
  readonly nfe?: number
  readonly passes?: number
  readonly as: ExportFormat
  readonly json?: boolean
}

/** What a plan or a policy of the paper does, what it cost and how good it is. */
export async function policyShowCommand(io: Io, file: string, options: { json?: boolean }): Promise<void> {
  const path = pathAt(io, file, 'FILE')
  const policy = await readPolicyFile(path, 'FILE')
  const summary = policy.method === 'plan' ? planSummary(policy.frontier) : paperSummary(policy.document)
  if (options.json) return io.out(JSON.stringify({ file: path, ...summary }, null, 2))
  io.out(
    policy.method === 'plan' ? describePlan(path, policy.frontier) : describePaper(path, policy.document),
  )
}

/** One plan in the words of another tool. */
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
  const nfe = entry?.nfe ?? decisions.length
  const text = exportPlan(frontier, budget, options.as)
  if (!options.json) return io.out(text)
  const value = options.as === 'mask' ? frontier.mask(budget) : text
  io.out(JSON.stringify({ nfe, steps: decisions.length, [options.as]: value }, null, 2))
}

function budgetOf({ nfe, passes }: PolicyExportOptions): PlanBudget {
  if (nfe !== undefined && passes !== undefined)
    throw invalidArgument('--passes', 'excludes --nfe; give one of them')
  if (passes !== undefined) return { passes }
  if (nfe !== undefined) return nfe
  throw invalidArgument('--nfe', 'is missing; say which plan to export, by --nfe or --passes')
}

/** Held-out runs behind every plan, the confidence they certify, and what the usual one still takes. */
export function certificateLine(frontier: Plan): string {
  const { runs, upTo, missing } = certificateOf(frontier)
  const how = `"fastflow calibrate --model MODEL --start FILE --evaluations 0 --certify ${missing.confidence} --out FILE"`
  const more = `${missing.runs} ${runs > 0 ? 'more ' : ''}held-out runs (${missing.evaluations} evaluations) certify ${missing.confidence}: ${how}`
  if (runs === 0) return `certified: nothing, the figures are estimates; ${more}`
  const known = `certified: --psnr up to --confidence ${Math.floor(upTo * 1000) / 1000}, by ${runs} held-out runs`
  return missing.runs === 0 ? known : `${known}; ${more}`
}

function describePlan(path: string, frontier: Plan): string {
  const lines = [...planLines(frontier), certificateLine(frontier), planTable(frontier)]
  return `${path}: ${lines.join('\n')}`
}

function describePaper(path: string, { key, state }: PolicyDocument<PaperState>): string {
  const { generations, mu, arms, numSteps } = state
  const interval = key.guidanceInterval ? ` at sigma ${key.guidanceInterval.join(' to ')}` : ''
  return [
    `${path}: policy of the paper for ${numSteps} steps, ${foreignName(key.policy)}`,
    `model ${foreignName(key.model)}, guidance ${key.guidanceScale}${interval}, ${key.dims.join(' x ')}, ${foreignName(key.dtype)}`,
    `learned from ${generations} generations, mu ${mu === null ? 'not calibrated' : mu.toPrecision(4)}, arms ${arms.join(', ')}`,
  ].join('\n')
}
