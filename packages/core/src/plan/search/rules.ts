import type { Extrapolator } from '../../extrapolate/extrapolator.ts'
import { shiftSigma } from '../../schedule/shifted.ts'
import { adamsBashforth } from '../../solver/adams-bashforth.ts'
import { dpmSolverPP } from '../../solver/dpm-solver-pp.ts'
import { emulateSolver } from '../../solver/emulate-solver.ts'
import { euler } from '../../solver/euler.ts'
import { ipndm } from '../../solver/ipndm.ts'
import type { Solver } from '../../solver/solver.ts'
import { unipc } from '../../solver/unipc.ts'
import { columnsOf, ruleRow } from '../fit/route.ts'
import { matchNodes } from '../fit/transfer.ts'
import { priorRule } from '../fit/visit.ts'
import type { PlanTarget } from '../price/increments.ts'
import type { Candidate } from './candidate.ts'
import { type RuleName, ruleNames } from './rule-names.ts'

/** Shifts of a rule's grid against the model's own. */
const shifts = [1, 1.5, 0.7, 2, 1 / 2, 3, 1 / 3] as const

const solvers: Readonly<Record<Exclude<RuleName, 'emulate'>, () => Solver>> = {
  euler,
  ab2: () => adamsBashforth(2),
  unipc2: () => unipc(2),
  dpmpp2m: dpmSolverPP,
  ipndm4: () => ipndm(4),
}

/** What rules need to know of a calibration. */
export interface RuleSetting {
  readonly sigmas: readonly number[]
  readonly target: PlanTarget
  /** Of the full run. */
  readonly solver: Solver
  readonly depth: number
}

/** Every rule on every shifted grid of `nfe` evaluations: what a plan must not do worse than. */
export function ruleCandidates(sigmas: readonly number[], nfe: number, target: PlanTarget): Candidate[] {
  const rules = ruleNames.filter((rule) => rule !== 'emulate' || target === 'baseline')
  return shifts.flatMap((shift) => {
    const path = relativePath(sigmas, nfe, shift)
    return rules.map((rule) => ruleCandidate(path, rule, `${rule} shift ${Number(shift.toFixed(2))}`))
  })
}

/** A schedule followed by a rule. */
export function ruleCandidate(path: readonly number[], rule: RuleName, family: string): Candidate {
  return { family, path, rule, mode: 'rule', parts: 1 }
}

/** Weights of the last jump of `path`, newest velocity first; they depend on this beginning of a schedule alone. */
export function ruleJump(rule: RuleName, path: readonly number[], setting: RuleSetting): Float64Array {
  const { sigmas, depth } = setting
  const m = path.length - 2
  const nodes = columnsOf({ path }, m, depth, 1).velocities
  if (rule === 'emulate')
    return ruleRow(priorRule(setting.target, setting.solver, depth), sigmas, nodes, path[m]!, path[m + 1]!)
  const end = sigmas.length - 1
  const grid = [...path, ...(path[m + 1] === end ? [] : [end])].map((index) => sigmas[index]!)
  return ruleRow(onNodes(rule, depth), grid, newestFirst(m, nodes.length), m, m + 1)
}

/** Weights of all jumps of a schedule. */
export function ruleRows(rule: RuleName, path: readonly number[], setting: RuleSetting): number[][] {
  return path.slice(1).map((_, m) => [...ruleJump(rule, path.slice(0, m + 2), setting)])
}

function onNodes(rule: Exclude<RuleName, 'emulate'>, depth: number): Extrapolator {
  return emulateSolver(solvers[rule](), depth)
}

const newestFirst = (last: number, count: number): number[] =>
  Array.from({ length: count }, (_, age) => last - age)

/** The grid indices nearest to a grid of `nfe` steps, as even as the model's own and shifted against it. */
export function relativePath(sigmas: readonly number[], nfe: number, shift: number): number[] {
  const numSteps = sigmas.length - 1
  const levels = Array.from({ length: nfe }, (_, k) => {
    const position = (k * numSteps) / nfe
    const index = Math.min(numSteps - 1, Math.floor(position))
    const sigma = sigmas[index]! + (position - index) * (sigmas[index + 1]! - sigmas[index]!)
    return sigmas[0]! * shiftSigma(sigma / sigmas[0]!, shift)
  })
  return [...matchNodes(levels, sigmas), numSteps]
}
