import type { OptionNames } from '../../check/options.ts'
import { checkOptions } from '../../check/options.ts'
import { checkWhole } from '../../check/values.ts'
import { invalidArgument } from '../../errors.ts'
import { fullPolicy } from '../../policy/full.ts'
import type { SkipPolicy } from '../../policy/policy.ts'
import { maskFromDecisions } from '../../policy/replay.ts'
import { euler } from '../../solver/euler.ts'
import type { Solver } from '../../solver/solver.ts'
import type { PlanDocument, PlanEntry } from './document.ts'
import { decisionsOf, passesOf, planPolicy } from './plan-policy.ts'
import { choosePlan, type PlanChoice, type QualityTarget } from './quality-target.ts'

/** What a generation may cost: evaluations, or network passes where guidance makes two of an evaluation. */
export type PlanBudget = number | { readonly passes: number }

const budgetNames: OptionNames<Exclude<PlanBudget, number>> = { passes: true }

/** What {@link calibrate} plans: one skip policy for each budget, of one model, schedule and guidance. */
export interface Plan {
  readonly document: PlanDocument
  /**
   * Takes the steps of the full run: what {@link calibrate} or {@link parsePlan} was given, or Euler; undefined where the
   * document names a solver that it was not read with.
   */
  readonly solver: Solver | undefined
  /** Evaluations that were planned for, increasing. */
  readonly budgets: readonly number[]
  /** Network passes that were planned for jointly, increasing; empty without guidance. */
  readonly passes: readonly number[]
  /**
   * The policy of the largest planned number of evaluations of at most `budget`, the full run from T on. For
   * `{ passes }`, the best plan of at most so many network passes, whether both are run at every evaluation or not; the
   * full run from its own passes on, 2T where guidance acts at all noise levels.
   *
   * @throws FastFlowError `invalid-argument` below the smallest budget, and where the full run takes a solver that the plan was
   *   not read with.
   */
  at(budget: PlanBudget): SkipPolicy<undefined>
  /** The plan behind {@link at}, with its quality; undefined where that is the full run. */
  entry(budget: PlanBudget): PlanEntry | undefined
  /** The cheapest plan whose fidelity is certified, or the full run and why. */
  for(target: QualityTarget): PlanChoice
  /** One letter a step of {@link at}: C evaluated, G evaluated under the condition alone, S skipped. */
  decisions(budget: PlanBudget): string
  /** Step mask of {@link at} as other tools read it: 1 evaluated, 0 skipped. */
  mask(budget: PlanBudget): number[]
  toJSON(): PlanDocument
}

/** @deprecated Another name of {@link Plan}. */
export type Frontier = Plan

/** @param given the solver that the key names, if it names one. */
export function createFrontier(document: PlanDocument, given?: Solver): Plan {
  const { plans, joint = [], key } = document
  const numSteps = key.schedule.sigmas.length - 1
  const budgets = plans.map((plan) => plan.budget)
  const entry = (budget: PlanBudget): PlanEntry | undefined => {
    checkBudget(budget)
    if (typeof budget !== 'number') return entryWithin(document, budget.passes)
    if (budget >= numSteps) return undefined
    const chosen = plans.filter((plan) => plan.budget <= budget).at(-1)
    if (chosen !== undefined) return chosen
    throw invalidArgument(
      'nfe',
      `${budget} is below the smallest planned budget; available: ${budgets.join(', ')}`,
    )
  }
  const solver = key.solver === undefined ? euler() : given
  const full = (): SkipPolicy<undefined> =>
    key.solver === undefined ? fullPolicy() : fullPolicy(solverOf({ document, solver }))
  const policyOf = (plan: PlanEntry | undefined): SkipPolicy<undefined> =>
    plan === undefined ? full() : planPolicy(key.schedule.sigmas, plan)
  const decisions = (budget: PlanBudget): string => {
    const plan = entry(budget)
    return plan ? decisionsOf(plan, numSteps) : 'C'.repeat(numSteps)
  }
  return {
    document,
    solver,
    budgets,
    passes: joint.map((plan) => plan.budget),
    at: (budget) => policyOf(entry(budget)),
    entry,
    for: (target) => choosePlan(document, target, policyOf),
    decisions,
    mask: (budget) => maskFromDecisions(decisions(budget)),
    toJSON: () => document,
  }
}

/** The solver of the full run. @throws FastFlowError `invalid-argument` where the plan was read without it. */
export function solverOf({ document, solver }: Pick<Plan, 'document' | 'solver'>): Solver {
  if (solver !== undefined) return solver
  const { solver: name } = document.key
  throw invalidArgument(
    'solver',
    `the full run of this plan is one of ${name}; read it with parsePlan(document, { solver })`,
  )
}

/** @throws FastFlowError `invalid-argument` unless it is a number of evaluations or of passes. */
function checkBudget(budget: PlanBudget): void {
  if (typeof budget !== 'object') checkWhole('nfe', budget, 1)
  else {
    checkOptions('budget', budget, budgetNames)
    checkWhole('passes', budget.passes, 1)
  }
}

/** Of the plans of at most so many passes the best by its quality; of equal or unknown ones the largest. */
function entryWithin({ plans, joint = [], key }: PlanDocument, passes: number): PlanEntry | undefined {
  const cost = (plan: Pick<PlanEntry, 'nodes' | 'guidance'>): number => passesOf(plan, key)
  const everyStep = key.schedule.sigmas.slice(1).map((_, index) => index)
  if (passes >= cost({ nodes: everyStep })) return undefined
  const all = [...plans, ...joint].sort((a, b) => cost(a) - cost(b))
  const within = all.filter((plan) => cost(plan) <= passes)
  if (within.length === 0) {
    const least = cost(all[0]!)
    throw invalidArgument('passes', `${passes} are below the ${least} of the smallest plan; ask for more`)
  }
  const merit = ({ quality }: PlanEntry): number => quality.mean + quality.p10
  return within.reduce((best, plan) => (merit(plan) >= merit(best) ? plan : best))
}
