import { compact, type PlanCalibration, type PlanDocument, type PlanEntry } from './document.ts'
import type { PlanFloor } from './floor.ts'
import { createFrontier, type Frontier } from './frontier.ts'
import type { CalibrateOptions, Settings } from './options.ts'
import { keptEntry, rehearsalOptions } from './plan-all.ts'
import { psnrOf, scoresWithoutChoice, summarise } from './quality.ts'
import { createRehearsal } from './rehearse.ts'
import type { Found } from './search.ts'
import type { Teachers } from './teachers.ts'

interface Parts<T> {
  readonly options: CalibrateOptions<T>
  readonly settings: Settings<T>
  readonly teachers: Teachers<T>
  readonly found: ReadonlyMap<number, Found>
  readonly floor: PlanFloor
  readonly spent: number
}

/** Writes down what a calibration found. */
export function assemble<T>(parts: Parts<T>): Frontier {
  const { options, settings, floor } = parts
  const { schedule, target, depth, budgets } = settings
  const { model = null, guidance = null, dims = null, dtype = null } = options.key ?? {}
  const sigmas = schedule.sigmas.map((sigma) => compact(sigma))
  const rounded = (scores: readonly number[]): number[] => scores.map((score) => compact(score, 4))
  const document: PlanDocument = {
    format: 'fastflow-plan',
    version: 1,
    key: {
      model,
      schedule: { name: schedule.name, sigmas },
      guidance,
      dims,
      dtype,
      basis: { order: 'newest-first', depth },
      target,
    },
    calibration: calibrationOf(parts),
    floor: { ...floor, fewerSteps: rounded(floor.fewerSteps), exact: rounded(floor.exact) },
    plans: budgets.map((budget) => entryOf(parts, budget)),
  }
  return createFrontier(document)
}

function calibrationOf<T>({ options, settings, teachers, spent }: Parts<T>): PlanCalibration {
  const before = options.start?.document.calibration
  const evaluations = spent + (before?.evaluations ?? 0)
  const borrowed = settings.recorded.reduce((sum, run) => sum + run.nfe, 0) + (before?.borrowed ?? 0)
  return {
    seeds: [...new Set([...(before?.seeds ?? []), ...teachers.seeds])],
    evaluations,
    fullGenerations: compact(evaluations / settings.numSteps, 4),
    borrowed,
    range: settings.range,
  }
}

function entryOf<T>(parts: Parts<T>, budget: number): PlanEntry {
  const { options, settings, teachers, found } = parts
  const result = found.get(budget)
  if (result === undefined) return keptEntry(options, budget)!
  const { winner, rivals } = result
  const nodes = winner.path.slice(0, -1)
  const steps = {
    budget,
    nfe: nodes.length,
    nodes,
    weights: winner.weights.map((row) => row.map((w) => compact(w))),
  }
  const count = winner.scores.length
  if (count === 0)
    return { ...steps, scores: [], quality: rehearsedQuality(settings, teachers.grams, winner.path) }
  if (count === 1) return { ...steps, scores: [], quality: summarise(winner.scores, 'in-sample') }
  const peers = rivals
    .filter(({ scores }) => scores.length >= count)
    .map(({ scores }) => scores.slice(0, count))
  const scores = scoresWithoutChoice([[...winner.scores], ...peers]).map((score) => compact(score, 4))
  return { ...steps, scores, quality: summarise(scores, 'held-out') }
}

function rehearsedQuality<T>(
  settings: Settings<T>,
  grams: readonly Float64Array[],
  path: readonly number[],
): PlanEntry['quality'] {
  const errors = createRehearsal(rehearsalOptions(settings, grams)).errors(path)
  return summarise(
    errors.map((mse) => psnrOf(mse, settings.range)),
    'rehearsed',
  )
}
