import type { Pace } from '../../pace.ts'
import type { PlanEntry } from '../document/document.ts'
import type { Rehearsal, RehearsalOptions } from '../fit/rehearse.ts'
import { createRehearsal } from '../fit/rehearse.ts'
import { priorRule } from '../fit/visit.ts'
import { blurred } from '../price/blurred.ts'
import { createEdgeErrors } from '../price/edges.ts'
import { eachGram, guidanceGram, wholeGram } from '../record/two-parts.ts'
import type { Candidate, Weighting } from '../search/candidate.ts'
import type { Proposals } from '../search/candidates.ts'
import { createProposals } from '../search/candidates.ts'
import { grow, improveLocally, makeMonotone, nodeMoves } from '../search/improve.ts'
import { jointMoves, proposeJoint, splitsOf, usualSplit } from '../search/joint.ts'
import type { Ledger } from '../search/ledger.ts'
import { keepingBack } from '../search/ledger.ts'
import { fitResponse, lowestResponse, responsesNear } from '../search/response.ts'
import type { Found } from '../search/search.ts'
import { finishBudgets, searchBudgets, walkedIn } from '../search/search.ts'
import type { Trial } from '../search/trial.ts'
import type { Trials } from '../search/trials.ts'
import type { CalibrateOptions, CalibrationProgress } from './options.ts'
import type { Settings } from './settings.ts'
import { firstRuns } from './settings.ts'

/** First runs that show which schedule is far off on one run in a few; fewer would choose by luck. */
const tellingRuns = 4

/** Share of the evaluations that is kept for fitting the winners' weights on the way and moving single nodes. */
const reserve = 0.5

/** Share of the evaluations that joint plans of guided velocities get. */
const jointShare = 0.25

/** The best plans found, by their budgets: evaluations, and passes of joint plans. */
export interface AllFound {
  readonly steps: ReadonlyMap<number, Found>
  readonly joint: ReadonlyMap<number, Found>
}

interface Planning<T> {
  readonly options: CalibrateOptions<T>
  readonly settings: Settings<T>
  readonly grams: readonly Float64Array[]
  readonly trials: Trials
  readonly ledger: Ledger
  readonly pace: Pace
  readonly onStage: (stage: CalibrationProgress['stage'], budget: number) => void
}

/**
 * The best plan of every budget; where nothing could be walked, one fitted on the recorded runs alone, or none where the
 * plan to start from has been measured.
 */
export async function planAll<T>(planning: Planning<T>): Promise<AllFound> {
  const { settings, ledger, grams, pace } = planning
  const { sigmas, increments, numSteps, budgets, passes } = settings
  const whole = await eachGram(grams, (gram) => wholeGram(gram, numSteps), pace)
  const recorded = await createEdgeErrors(whole, increments, sigmas, pace)
  const edges = grams.length > 1 ? recorded : blurred(recorded)
  const extra = passes
    .filter((count) => splitsOf(count, budgets).length === 0)
    .map(usualSplit)
    .filter((nfe) => nfe < numSteps)
  const known = [...new Set([...budgets, ...extra])]
  const rehearsal = await rehearsalOptions(settings, grams, { parts: 1 }, pace)
  const proposals = await createProposals({ edges, budgets: known, rehearsal, range: settings.range })
  const kept = passes.length > 0 ? Math.floor(jointShare * ledger.left) : 0
  const steps = await planSteps({ ...planning, ledger: keepingBack(ledger, kept) }, proposals, rehearsal)
  if (passes.length === 0) return { steps, joint: new Map() }
  const schedules = new Map<number, readonly Candidate[]>()
  for (const nfe of known) schedules.set(nfe, [await scheduleOf(nfe, steps, proposals)])
  return { steps, joint: await planJoint(planning, schedules) }
}

/** The schedule found for so many evaluations, unless a smaller one stands in for it. */
async function scheduleOf(
  nfe: number,
  steps: ReadonlyMap<number, Found>,
  proposals: Proposals,
): Promise<Candidate> {
  const winner = steps.get(nfe)?.winner
  return winner?.path.length === nfe + 1 ? winner : (await proposals.candidates(nfe, undefined))[0]!
}

async function planSteps<T>(
  planning: Planning<T>,
  proposals: Proposals,
  rehearsal: RehearsalOptions,
): Promise<Map<number, Found>> {
  const { options, settings, grams, trials, ledger, pace, onStage } = planning
  const { budgets, range } = settings
  const rehearsals = new Map<number, Rehearsal>()
  const rehearsalOf = async (response: number): Promise<Rehearsal> => {
    const known = rehearsals.get(response) ?? (await createRehearsal({ ...rehearsal, responses: [response] }))
    rehearsals.set(response, known)
    return known
  }
  const learn = (walked: readonly Trial[]): Promise<number | undefined> =>
    fitResponse(walked, rehearsalOf, range)
  const shared = { trials, ledger, runs: grams.length, firstRound: firstRuns(grams.length) }
  const propose = async (nfe: number, walked: readonly Trial[]): Promise<Candidate[]> => {
    const response = await learn(walked)
    const [best, ...others] = await proposals.candidates(nfe, response)
    const wary = shared.firstRound >= tellingRuns && response !== lowestResponse
    const safest = wary ? [await proposals.safest(nfe)] : []
    return [...(await startingPoint(options, nfe, response, proposals)), best!, ...safest, ...others]
  }
  const otherwise = async (nfe: number): Promise<Candidate> =>
    (await proposals.candidates(nfe, undefined))[0]!
  const onBudget = (nfe: number): void => onStage('search', nfe)
  const found = await searchBudgets({ ...shared, budgets, propose, otherwise, reserve, onBudget })
  const forecast = await proposals.forecaster(await learn(walkedIn(found)))
  const improving = { ...shared, onMove: (nfe: number) => onStage('improve', nfe) }
  await finishBudgets(improving, found)
  await makeMonotone(improving, forecast, found)
  await improveLocally(improving, found, (winner) => nodeMoves(forecast, winner))
  await makeMonotone(improving, forecast, found)
  for (const nfe of budgets) {
    if (!found.has(nfe) && keptEntry(options, 'plans', nfe) === undefined)
      found.set(nfe, await rehearsed(settings, grams, (await propose(nfe, []))[0]!, pace))
  }
  return found
}

/** The same for joint plans, round the schedules found for evaluations alone. */
async function planJoint<T>(
  planning: Planning<T>,
  schedules: ReadonlyMap<number, readonly Candidate[]>,
): Promise<Map<number, Found>> {
  const { options, settings, grams, trials, ledger, pace, onStage } = planning
  const { passes, sigmas, increments, numSteps } = settings
  const guidance = await eachGram(grams, (gram) => guidanceGram(gram, numSteps), pace)
  const terms = await createEdgeErrors(guidance, increments, sigmas, pace)
  const candidates = new Map<number, readonly Candidate[]>()
  for (const count of passes) candidates.set(count, await proposeJoint(schedules, count, terms, sigmas, pace))
  // Joint plans begin like the schedules they come from: those walks are worth keeping.
  const origins = [...schedules.values()].flat()
  const sharing = { ...trials, retain: (kept: readonly Candidate[]) => trials.retain([...kept, ...origins]) }
  const shared = { ledger, runs: grams.length, firstRound: firstRuns(grams.length), trials: sharing }
  const onBudget = (count: number): void => onStage('joint', count)
  const propose = async (count: number): Promise<readonly Candidate[]> => candidates.get(count)!
  const found = await searchBudgets({ ...shared, budgets: passes, propose, reserve, onBudget })
  const improving = { ...shared, onMove: onBudget }
  await finishBudgets(improving, found)
  await improveLocally(improving, found, async (winner) => jointMoves(winner))
  for (const count of passes) {
    const [first] = candidates.get(count)!
    if (!found.has(count) && first !== undefined && keptEntry(options, 'joint', count) === undefined)
      found.set(count, await rehearsed(settings, grams, first, pace))
  }
  return found
}

/** Figures that come from following a plan with the network. */
const measured: readonly PlanEntry['quality']['basis'][] = ['held-out', 'leave-one-out', 'in-sample']

/** The entry of the plan to start from, if it has been measured on the network. */
function keptEntry<T>(
  { start }: CalibrateOptions<T>,
  list: 'plans' | 'joint',
  budget: number,
): PlanEntry | undefined {
  const entry = start?.document[list]?.find((plan) => plan.budget === budget)
  return entry !== undefined && measured.includes(entry.quality.basis) ? entry : undefined
}

/** The schedule that a plan to start from follows for this budget, grown where it is shorter. */
async function startingPoint<T>(
  { start }: CalibrateOptions<T>,
  nfe: number,
  response: number | undefined,
  proposals: Proposals,
): Promise<Candidate[]> {
  if (start === undefined || nfe < start.budgets[0]!) return []
  const entry = start.entry(nfe)!
  const path = [...entry.nodes, start.document.key.schedule.sigmas.length - 1]
  const known: Candidate = { family: 'start', mode: 'rehearsed', parts: 1, response, path }
  return [entry.nfe === nfe ? known : await grow(await proposals.forecaster(response), known, nfe)]
}

async function rehearsed<T>(
  settings: Settings<T>,
  grams: readonly Float64Array[],
  candidate: Candidate,
  pace: Pace,
): Promise<Found> {
  const options = await rehearsalOptions(settings, grams, candidate, pace)
  const weights = await (await createRehearsal(options)).weights(candidate)
  const winner = { ...candidate, family: 'rehearsed', mode: 'rehearsed' as const, weights, scores: [] }
  return { winner, rivals: [] }
}

/** @param weighting what the weights are to be of; the Gram matrices may know both parts all the same. */
export async function rehearsalOptions<T>(
  settings: Settings<T>,
  recorded: readonly Float64Array[],
  { parts, response }: Pick<Weighting, 'parts' | 'response'>,
  pace: Pace,
): Promise<RehearsalOptions> {
  const { sigmas, target, solver, increments, depth, ridge, numSteps } = settings
  const grams = parts === 2 ? recorded : await eachGram(recorded, (gram) => wholeGram(gram, numSteps), pace)
  const responses = responsesNear(response)
  const prior = priorRule(target, solver, depth)
  return { grams, increments, sigmas, prior, depth, parts, responses, fit: { ridge }, pace }
}
