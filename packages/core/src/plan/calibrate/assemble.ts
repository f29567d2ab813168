import type { Pace } from '../../pace.ts'
import { namedSolver } from '../../solver/named-solver.ts'
import { compact, type PlanCalibration, type PlanDocument, type PlanEntry } from '../document/document.ts'
import { createFrontier, type Plan } from '../document/frontier.ts'
import { without } from '../document/held-out.ts'
import type { PlanFloor } from '../document/plan-floor.ts'
import type { PlannedSteps } from '../document/planned-steps.ts'
import { psnrOf, scoresWithoutChoice, summarise } from '../document/quality.ts'
import { seedLedger } from '../document/seeds.ts'
import { createRehearsal } from '../fit/rehearse.ts'
import { columnsOf } from '../fit/route.ts'
import type { Candidate } from '../search/candidate.ts'
import type { Trial } from '../search/trial.ts'
import type { CalibrateOptions } from './options.ts'
import { type AllFound, rehearsalOptions } from './plan-all.ts'
import type { Settings } from './settings.ts'
import type { Teachers } from './teachers.ts'

interface Parts<T> {
  readonly options: CalibrateOptions<T>
  readonly settings: Settings<T>
  readonly teachers: Teachers<T>
  readonly found: AllFound
  readonly floor: PlanFloor
  readonly spent: number
  readonly pace: Pace
}

/** Writes down what a calibration found. */
export async function assemble<T>(parts: Parts<T>): Promise<Plan> {
  const { options, settings, floor } = parts
  const { schedule, solver, target, depth, passes } = settings
  const { model = null, guidance = null, guidanceInterval, dims = null, dtype = null } = options.key ?? {}
  const sigmas = schedule.sigmas.map((sigma) => compact(sigma))
  const rounded = (scores: readonly number[]): number[] => scores.map((score) => compact(score, 4))
  const plans = await entriesOf(parts, 'plans')
  const joint = await entriesOf(parts, 'joint')
  const withJoint = passes.length > 0 || joint.length > 0
  const document: PlanDocument = {
    format: 'fastflow-plan',
    version: 4,
    key: {
      model,
      schedule: { name: schedule.name, sigmas },
      guidance,
      ...(guidanceInterval && { guidanceInterval }),
      dims,
      dtype,
      basis: { order: 'newest-first', depth },
      target,
      ...namedSolver(solver),
    },
    calibration: calibrationOf(parts),
    floor: { ...floor, fewerSteps: rounded(floor.fewerSteps), exact: rounded(floor.exact) },
    plans,
    ...(withJoint && { joint }),
  }
  return createFrontier(document, solver)
}

function calibrationOf<T>({ options, settings, teachers, spent }: Parts<T>): PlanCalibration {
  const before = options.start?.document.calibration
  const evaluations = spent + (before?.evaluations ?? 0)
  const borrowed = settings.recorded.reduce((sum, run) => sum + run.nfe, 0) + (before?.borrowed ?? 0)
  const ledger = seedLedger()
  return {
    seeds: ledger.take([...(before?.seeds ?? []), ...teachers.seeds]),
    heldOut: ledger.take(before?.heldOut ?? []),
    evaluations,
    fullGenerations: compact(evaluations / settings.numSteps, 4),
    borrowed,
    range: settings.range,
  }
}

/** Of the budgets planned for, and as they were those of the plan that this one started from, where nothing replaces them. */
async function entriesOf<T>(parts: Parts<T>, list: 'plans' | 'joint'): Promise<PlanEntry[]> {
  const { options, settings, teachers } = parts
  const budgets = list === 'plans' ? settings.budgets : settings.passes
  const found: (PlanEntry | undefined)[] = []
  for (const budget of budgets) found.push(await entryOf(parts, list, budget))
  const made = found.flatMap((entry) => entry ?? [])
  const before = options.start?.document[list] ?? []
  const kept = before.filter(({ budget }) => made.every((entry) => entry.budget !== budget))
  const used = seedLedger(teachers.seeds)
  return [...made, ...kept.map((entry) => without(entry, used))].sort((a, b) => a.budget - b.budget)
}

/** A new plan, if there is one; nothing is held out from it, since every run has chosen or fitted something. */
async function entryOf<T>(
  parts: Parts<T>,
  list: 'plans' | 'joint',
  budget: number,
): Promise<PlanEntry | undefined> {
  const { settings, found } = parts
  const result = (list === 'plans' ? found.steps : found.joint).get(budget)
  if (result === undefined) return undefined
  const { winner, rivals } = result
  const unjudged = { scores: [], scoredOn: [] }
  const steps = { budget, nfe: winner.path.length - 1, ...stepsOf(settings, winner), ...unjudged }
  const count = winner.scores.length
  if (count === 0) return { ...steps, quality: await rehearsedQuality(parts, winner) }
  if (count === 1) return { ...steps, quality: summarise(winner.scores, 'in-sample') }
  const peers = rivals
    .filter(({ scores }) => scores.length >= count)
    .map(({ scores }) => scores.slice(0, count))
  const scores = scoresWithoutChoice([[...winner.scores], ...peers]).map((score) => compact(score, 4))
  return { ...steps, quality: summarise(scores, 'leave-one-out') }
}

/** Splits the weights of a trial into those of its parts. */
function stepsOf<T>({ depth }: Settings<T>, trial: Trial): PlannedSteps {
  const { path, conditional = [], weights, stateWeight, parts } = trial
  const nodes = path.slice(0, -1)
  const rounded = weights.map((row) => row.map((w) => compact(w)))
  const closing = stateWeight !== undefined && { stateWeight: compact(stateWeight) }
  if (parts === 1) return { nodes, weights: rounded, ...closing }
  const counts = nodes.map((_, m) => columnsOf(trial, m, depth, parts).velocities.length)
  return {
    nodes,
    weights: rounded.map((row, m) => row.slice(0, counts[m])),
    ...closing,
    guidance: {
      nodes: nodes.filter((node) => !conditional.includes(node)),
      weights: rounded.map((row, m) => row.slice(counts[m])),
    },
  }
}

async function rehearsedQuality<T>(
  { settings, teachers, pace }: Parts<T>,
  candidate: Candidate,
): Promise<PlanEntry['quality']> {
  const options = await rehearsalOptions(settings, teachers.grams, candidate, pace)
  const errors = await (await createRehearsal(options)).errors(candidate)
  return summarise(
    errors.map((mse) => psnrOf(mse, settings.range)),
    'rehearsed',
  )
}
