import { checkOptions } from '../check/options.ts'
import { FastFlowError } from '../errors.ts'
import { checkSchedule } from '../schedule/schedule.ts'
import type { PlanDocument, PlanKey } from './document.ts'
import { createFrontier, type Frontier } from './frontier.ts'
import { keyNames } from './key-names.ts'
import { checkSameGrid } from './plan-policy.ts'

/** What a stored plan is to be used with; fields left out are not compared. */
export type ExpectedKey = Partial<Omit<PlanKey, 'basis'>>

/**
 * Reads a plan document, as JSON text or the parsed value.
 *
 * @throws FastFlowError `policy-unreadable` naming the field that is missing or malformed, `policy-mismatch` naming
 *   the field in which it differs from `expected`.
 */
export function parsePlan(stored: unknown, expected: ExpectedKey = {}): Frontier {
  checkOptions('expected', expected, keyNames)
  if (expected.schedule !== undefined) checkSchedule(expected.schedule)
  const value = typeof stored === 'string' ? parseJson(stored) : stored
  const document = checkDocument(value)
  checkExpected(document.key, expected)
  return createFrontier(document)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new FastFlowError({
      code: 'policy-unreadable',
      field: 'plan',
      message: 'plan: not JSON; calibrate again',
      cause,
    })
  }
}

function unreadable(field: string, what: string): FastFlowError {
  return new FastFlowError({
    code: 'policy-unreadable',
    field,
    message: `${field}: ${what}; calibrate again`,
  })
}

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unreadable(field, 'not an object')
  return value as Fields
}

function checkNumbers(value: unknown, field: string): readonly number[] {
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'number' && Number.isFinite(entry)))
    return value
  throw unreadable(field, 'not a list of finite numbers')
}

function checkDocument(value: unknown): PlanDocument {
  const document = fieldsOf(value, 'plan')
  if (document.format !== 'fastflow-plan')
    throw unreadable('format', `${document.format} is not "fastflow-plan"`)
  if (![1, 2, 3].includes(Number(document.version)))
    throw unreadable('version', `${document.version} is not a version this release reads (1, 2, 3)`)
  const key = fieldsOf(document.key, 'key')
  const sigmas = checkNumbers(fieldsOf(key.schedule, 'key.schedule').sigmas, 'key.schedule.sigmas')
  const falling =
    sigmas.length > 1 && sigmas.at(-1) === 0 && sigmas.every((s, k) => k === 0 || s < sigmas[k - 1]!)
  if (!falling) throw unreadable('key.schedule.sigmas', 'do not decrease to 0')
  if (key.guidanceInterval !== undefined) checkInterval(key.guidanceInterval)
  const basis = fieldsOf(key.basis, 'key.basis')
  if (basis.order !== 'newest-first')
    throw unreadable('key.basis.order', `${basis.order} is not "newest-first"`)
  if (key.target !== 'baseline' && key.target !== 'exact')
    throw unreadable('key.target', `${key.target} is not known`)
  const calibration = fieldsOf(document.calibration, 'calibration')
  checkNumbers(calibration.seeds, 'calibration.seeds')
  for (const name of ['evaluations', 'fullGenerations', 'borrowed', 'range']) {
    if (!Number.isFinite(calibration[name])) throw unreadable(`calibration.${name}`, 'not a number')
  }
  const floor = fieldsOf(document.floor, 'floor')
  for (const name of ['fewerSteps', 'exact']) checkNumbers(floor[name], `floor.${name}`)
  if (!Array.isArray(document.plans) || document.plans.length === 0)
    throw unreadable('plans', 'no plan in it')
  const { joint = [] } = document
  if (!Array.isArray(joint)) throw unreadable('joint', 'not a list of plans')
  for (const [name, entries] of Object.entries({ plans: document.plans, joint })) {
    entries.forEach((entry: unknown, k: number) => {
      const field = `${name}[${k}]`
      checkEntry(fieldsOf(entry, field), field, sigmas.length - 1, Number(basis.depth))
    })
  }
  return value as PlanDocument
}

function checkInterval(value: unknown): void {
  const [low = NaN, high = NaN, ...more] = checkNumbers(value, 'key.guidanceInterval')
  if (!(low <= high) || more.length > 0)
    throw unreadable('key.guidanceInterval', 'not a lowest and a highest sigma')
}

function checkEntry(entry: Fields, field: string, numSteps: number, depth: number): void {
  const nodes = checkNumbers(entry.nodes, `${field}.nodes`)
  const rising = nodes.every(
    (node, m) => Number.isInteger(node) && node < numSteps && node > (nodes[m - 1] ?? -1),
  )
  if (nodes[0] !== 0 || !rising)
    throw unreadable(`${field}.nodes`, `not increasing from 0 within ${numSteps} steps`)
  if (entry.nfe !== nodes.length) throw unreadable(`${field}.nfe`, `${entry.nfe} but ${nodes.length} nodes`)
  if (!Number.isInteger(entry.budget) || Number(entry.budget) < nodes.length) {
    throw unreadable(`${field}.budget`, `${entry.budget} is not a whole number of at least ${nodes.length}`)
  }
  checkNumbers(entry.scores, `${field}.scores`)
  const quality = fieldsOf(entry.quality, `${field}.quality`)
  checkNumbers([quality.mean, quality.p10, quality.min, quality.runs], `${field}.quality`)
  const stored = nodes.map((_, m) => Math.min(depth, m + 1))
  checkWeights(entry.weights, `${field}.weights`, stored)
  if (entry.stateWeight !== undefined) checkNumbers([entry.stateWeight], `${field}.stateWeight`)
  if (entry.guidance !== undefined)
    checkGuidance(fieldsOf(entry.guidance, `${field}.guidance`), field, nodes, depth)
}

function checkGuidance(guidance: Fields, field: string, nodes: readonly number[], depth: number): void {
  const guided = checkNumbers(guidance.nodes, `${field}.guidance.nodes`)
  const rising = guided.every((node, k) => nodes.includes(node) && node > (guided[k - 1] ?? -1))
  if (guided[0] !== 0 || !rising)
    throw unreadable(`${field}.guidance.nodes`, 'are not some of the nodes, increasing from 0')
  const stored = nodes.map((node) => Math.min(depth, guided.filter((index) => index <= node).length))
  checkWeights(guidance.weights, `${field}.guidance.weights`, stored)
}

/** @param stored vectors there are at each node. */
function checkWeights(weights: unknown, field: string, stored: readonly number[]): void {
  if (!Array.isArray(weights) || weights.length !== stored.length)
    throw unreadable(field, `not one row for each of ${stored.length} nodes`)
  for (const [m, most] of stored.entries()) {
    const { length } = checkNumbers(weights[m], `${field}[${m}]`)
    if (length < 1 || length > most)
      throw unreadable(`${field}[${m}]`, `${length} weights where ${most} velocities are stored`)
  }
}

function checkExpected(key: PlanKey, expected: ExpectedKey): void {
  if (expected.schedule !== undefined) checkSameGrid(key.schedule.sigmas, expected.schedule.sigmas)
  for (const field of ['model', 'guidance', 'dims', 'dtype', 'target'] as const) {
    const wanted = expected[field]
    if (wanted !== undefined) checkSame(field, key[field], wanted)
  }
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
  const message = `${field}: the plan was made for ${made}, this run has ${wanted}; calibrate for it`
  throw new FastFlowError({ code: 'policy-mismatch', field, message })
}
