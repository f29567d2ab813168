import { checkOptions } from '../../check/options.ts'
import { FastFlowError } from '../../errors.ts'
import { JsonField } from '../../json/field.ts'
import type { JsonSource } from '../../json/json.ts'
import { checkSchedule, MAX_STEPS } from '../../schedule/schedule.ts'
import { checkNamedSolver } from '../../solver/check-solver.ts'
import { euler } from '../../solver/euler.ts'
import { namedSolver } from '../../solver/named-solver.ts'
import type { Solver } from '../../solver/solver.ts'
import type { PlanDocument, PlanKey } from './document.ts'
import { createFrontier, type Plan } from './frontier.ts'
import { readHeldOut } from './held-out.ts'
import { keyNames } from './key-names.ts'
import { checkSameGrid } from './plan-policy.ts'
import { documentIn } from './stored-plan.ts'

/** What a stored plan is to be used with; fields left out are not compared. */
export interface ExpectedKey extends Partial<Omit<PlanKey, 'basis' | 'solver'>> {
  /**
   * Takes the steps of the full run, which {@link Plan.at} then has from the plan. Compared by its name; where there is a
   * schedule and no solver, the full run is Euler's.
   */
  readonly solver?: Solver
}

const source: JsonSource = { code: 'policy-unreadable', name: 'plan', fix: 'calibrate again' }

/**
 * Reads a plan document: its JSON text, the bytes of its file, the parsed value, or a {@link Plan} made of one. One of
 * version 1, 2 or 3 comes back as version 4: the same steps and estimates, but nothing of it is certified, see {@link PlanDocument}.
 *
 * @throws FastFlowError `invalid-argument` for something that holds no plan, such as the path of a file,
 *   `policy-unreadable` naming the field that is missing or malformed (`plans[2].weights[0]`), or where a plan is judged by a run
 *   that counts twice or had a part in making it; `policy-mismatch` naming the field in which it differs from `expected`.
 */
export function parsePlan(stored: unknown, expected: ExpectedKey = {}): Plan {
  checkOptions('expected', expected, keyNames)
  if (expected.schedule !== undefined) checkSchedule(expected.schedule)
  if (expected.solver !== undefined) checkNamedSolver('solver', expected.solver)
  const document = readHeldOut(checkDocument(new JsonField(documentIn(stored, source), source)))
  checkExpected(document.key, expected)
  return createFrontier(document, expected.solver)
}

function checkDocument(document: JsonField): PlanDocument {
  document.at('format').oneOf(['fastflow-plan'])
  document.at('version').oneOf([1, 2, 3, 4])
  const { numSteps, depth } = checkKey(document.at('key'))
  const calibration = document.at('calibration')
  calibration.at('seeds').numbers({ whole: true })
  for (const name of ['evaluations', 'borrowed']) calibration.at(name).whole()
  for (const name of ['fullGenerations', 'range']) calibration.at(name).number({ least: 0 })
  const floor = document.at('floor')
  for (const name of ['fewerSteps', 'exact']) {
    if (!Array.isArray(floor.record()[name])) throw floor.wrong(`has no list ${name}`)
    floor.at(name).numbers()
  }
  if (document.at('plans').items().length === 0) throw document.at('plans').wrong('has no plan in it')
  const lists = ['plans', 'joint'].map((name) => document.at(name)).filter(({ value }) => value !== undefined)
  for (const list of lists) {
    let least = 0
    for (const entry of list.items()) {
      checkEntry(entry, numSteps, depth)
      least = entry.at('budget').whole({ least })
    }
  }
  return document.value as PlanDocument
}

function checkKey(key: JsonField): { readonly numSteps: number; readonly depth: number } {
  const schedule = key.at('schedule')
  schedule.at('name').text()
  const sigmas = schedule.at('sigmas').numbers()
  const falling =
    sigmas.length > 1 && sigmas.at(-1) === 0 && sigmas.every((s, k) => k === 0 || s < sigmas[k - 1]!)
  if (!falling) throw schedule.at('sigmas').wrong('does not decrease to 0')
  if (sigmas.length - 1 > MAX_STEPS)
    throw schedule.at('sigmas').wrong(`has ${sigmas.length - 1} steps, at most ${MAX_STEPS} are possible`)
  const interval = key.at('guidanceInterval')
  if (interval.value !== undefined) {
    const [low, high] = interval.numbers({ length: 2 })
    if (low! > high!) throw interval.wrong('is not a lowest and a highest sigma')
  }
  const basis = key.at('basis')
  basis.at('order').oneOf(['newest-first'])
  const depth = basis.at('depth').whole({ least: 1 })
  key.at('target').oneOf(['baseline', 'exact'])
  if (key.at('solver').value !== undefined) key.at('solver').text()
  for (const name of ['model', 'dtype']) if (!key.at(name).empty) key.at(name).text()
  if (!key.at('guidance').empty) key.at('guidance').number()
  if (!key.at('dims').empty) key.at('dims').numbers({ whole: true, least: 1 })
  return { numSteps: sigmas.length - 1, depth }
}

function checkEntry(entry: JsonField, numSteps: number, depth: number): void {
  const nodes = entry.at('nodes').numbers({ whole: true, least: 0, most: numSteps - 1 })
  const rising = nodes.every((node, m) => node > (nodes[m - 1] ?? -1))
  if (nodes[0] !== 0 || !rising) throw entry.at('nodes').wrong(`does not increase from 0`)
  if (entry.at('nfe').value !== nodes.length)
    throw entry.at('nfe').wrong(`is not ${nodes.length}, the number of nodes`)
  entry.at('budget').whole({ least: nodes.length })
  entry.at('scores').numbers()
  const quality = entry.at('quality')
  for (const name of ['mean', 'p10', 'min']) quality.at(name).number()
  quality.at('runs').whole()
  quality.at('basis').oneOf(['held-out', 'leave-one-out', 'in-sample', 'rehearsed', 'none'])
  const stored = nodes.map((_, m) => Math.min(depth, m + 1))
  checkWeights(entry.at('weights'), stored)
  if (entry.at('stateWeight').value !== undefined) entry.at('stateWeight').number()
  if (entry.at('guidance').value !== undefined) checkGuidance(entry.at('guidance'), nodes, depth)
}

function checkGuidance(guidance: JsonField, nodes: readonly number[], depth: number): void {
  const guided = guidance.at('nodes').numbers()
  const rising = guided.every((node, k) => nodes.includes(node) && node > (guided[k - 1] ?? -1))
  if (guided[0] !== 0 || !rising)
    throw guidance.at('nodes').wrong('is not some of the nodes, increasing from 0')
  const stored = nodes.map((node) => Math.min(depth, guided.filter((index) => index <= node).length))
  checkWeights(guidance.at('weights'), stored)
}

/** @param stored vectors there are at each node. */
function checkWeights(weights: JsonField, stored: readonly number[]): void {
  for (const [m, row] of weights.items(stored.length).entries()) {
    const { length } = row.numbers()
    if (length < 1 || length > stored[m]!)
      throw row.wrong(`has ${length} weights where ${stored[m]} velocities are stored`)
  }
}

function checkExpected(key: PlanKey, expected: ExpectedKey): void {
  if (expected.schedule !== undefined) checkSameGrid(key.schedule.sigmas, expected.schedule.sigmas)
  for (const field of ['model', 'guidance', 'dims', 'dtype', 'target'] as const) {
    const wanted = expected[field]
    if (wanted !== undefined) checkSame(field, key[field], wanted)
  }
  // Without a word on the solver, a grid is taken for Euler's.
  if (expected.schedule !== undefined || expected.solver !== undefined)
    checkSame('solver', key.solver ?? euler().name, namedSolver(expected.solver).solver ?? euler().name)
  // Without a word on the interval, guidance acts at all noise levels.
  if (expected.guidance !== undefined)
    checkSame(
      'guidanceInterval',
      key.guidanceInterval ?? 'all sigmas',
      expected.guidanceInterval ?? 'all sigmas',
    )
}

function checkSame(field: string, made: unknown, wanted: unknown): void {
  if (String(wanted) === String(made)) return
  // Plans of recordings alone name neither networks nor their type.
  const told = made === null ? 'the plan does not say what it was made for' : `the plan was made for ${made}`
  const message = `${field}: ${told}, this run has ${wanted}; calibrate for it`
  throw new FastFlowError({ code: 'policy-mismatch', field, message })
}
