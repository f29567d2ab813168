import { type Candidate, proposeCandidates } from './candidates.ts'
import type { PlanEntry } from './document.ts'
import { createEdgeErrors } from './edges.ts'
import { improveLocally, makeMonotone } from './improve.ts'
import { incrementsOf } from './increments.ts'
import type { Ledger } from './ledger.ts'
import { type CalibrateOptions, type CalibrationProgress, fittingRuns, type Settings } from './options.ts'
import { createRehearsal, type RehearsalOptions } from './rehearse.ts'
import { type Found, searchBudgets } from './search.ts'
import type { Trials } from './trials.ts'
import { priorRule } from './visit.ts'

/** Share of the evaluations that is kept for moving single nodes of the winners. */
const reserve = 0.2

/**
 * The best plan of every budget; where nothing could be walked, one fitted on the recorded runs alone, or none where the
 * plan to start from has been measured.
 */
export async function planAll<T>(
  options: CalibrateOptions<T>,
  settings: Settings<T>,
  grams: readonly Float64Array[],
  trials: Trials,
  ledger: Ledger,
  onStage: (stage: CalibrationProgress['stage'], budget: number) => void,
): Promise<Map<number, Found>> {
  const { sigmas, target, budgets } = settings
  const edges = createEdgeErrors(grams, incrementsOf(sigmas, target), sigmas)
  const candidates = proposeCandidates(edges, sigmas, budgets)
  for (const [nfe, proposed] of candidates)
    candidates.set(nfe, [...startingPoints(options, nfe), ...proposed])
  const shared = { trials, ledger, runs: grams.length, firstRound: fittingRuns(grams.length) }
  const found = await searchBudgets({
    ...shared,
    candidates,
    reserve,
    onBudget: (nfe) => onStage('search', nfe),
  })
  const improving = { ...shared, edges, onMove: (nfe: number) => onStage('improve', nfe) }
  await makeMonotone(improving, found)
  await improveLocally(improving, found)
  await makeMonotone(improving, found)
  for (const nfe of budgets) {
    if (!found.has(nfe) && keptEntry(options, nfe) === undefined) {
      found.set(nfe, rehearsed(settings, grams, candidates.get(nfe)![0]!))
    }
  }
  return found
}

/** The entry of the plan to start from, if it has been measured on the network. */
export function keptEntry<T>({ start }: CalibrateOptions<T>, budget: number): PlanEntry | undefined {
  const entry = start?.document.plans.find((plan) => plan.budget === budget)
  return entry !== undefined && ['held-out', 'in-sample'].includes(entry.quality.basis) ? entry : undefined
}

/** The schedule a plan to start from has for this budget. */
function startingPoints<T>({ start }: CalibrateOptions<T>, nfe: number): Candidate[] {
  const entry = start?.document.plans.find((plan) => plan.nfe === nfe)
  if (entry === undefined) return []
  return [
    {
      family: 'start',
      mode: 'fitted',
      path: [...entry.nodes, start!.document.key.schedule.sigmas.length - 1],
    },
  ]
}

function rehearsed<T>(settings: Settings<T>, grams: readonly Float64Array[], { path }: Candidate): Found {
  const weights = createRehearsal(rehearsalOptions(settings, grams)).weights(path)
  return { winner: { family: 'rehearsed', mode: 'rehearsed', path, weights, scores: [] }, rivals: [] }
}

export function rehearsalOptions<T>(settings: Settings<T>, grams: readonly Float64Array[]): RehearsalOptions {
  const { sigmas, target, depth, ridge } = settings
  const increments = incrementsOf(sigmas, target)
  return { grams, increments, sigmas, prior: priorRule(target), depth, fit: { ridge } }
}
