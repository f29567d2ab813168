import { FastFlowError, type Frontier, invalidArgument, isRecord, type PlanDocument } from '@fastflow/core'
import { checkMethods, checkOneOf, checkText } from '@fastflow/core/backend'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { type FoundPolicy, findPolicy, findShipped, type PolicyPlaces } from '../policy/places.ts'
import type { Metric } from './options.ts'

/** One noise, and how every plan did on it. */
export interface QualityRun {
  readonly seed: number
  readonly features: readonly number[]
  /** Decimal logarithm of the squared norm of the image that the first evaluation predicts; older tables lack it. */
  readonly size?: number
  /** Of each plan's image to the full run's. */
  readonly scores: readonly number[]
  /** Decimal logarithms of the landing mismatches of each plan, in their order. */
  readonly landings: readonly (readonly number[])[]
}

/** How good the images of a model's plans are: what targets are certified on, and what bandits start from. */
export interface QualityTable {
  readonly format: 'fastflow-quality'
  readonly version: 2
  /** Digest of model and settings. */
  readonly key: string
  /** Digest of the plans' steps and weights. */
  readonly plans: string
  readonly metric: Metric
  readonly proxy: { readonly name: string; readonly version: string }
  readonly numSteps: number
  /** Evaluations of each plan, increasing. */
  readonly nfe: readonly number[]
  /** Scores of full runs of a tenth fewer steps. */
  readonly floor: readonly number[]
  readonly runs: readonly QualityRun[]
}

/** Name a table is stored under: SHA-256, in hex. */
export function tableDigest(key: string, metric: Metric): string {
  checkText('key', key, 'the digest of a plan key')
  checkOneOf('metric', metric, ['lpips', 'psnr'])
  return digestOf(['fastflow-quality', key, metric])
}

/** Tells plans apart: another calibration makes other ones for the same model. */
export function plansDigest(document: PlanDocument): string {
  const { plans } = checkMethods('document', document, [], 'a plan document') as unknown as PlanDocument
  if (!Array.isArray(plans) || !plans.every(isRecord))
    throw invalidArgument('document', 'has no list of plans; pass a plan document')
  // A plan without a weight of the state has the digest it had before there was one.
  return digestOf(
    plans.map(({ nodes, weights, stateWeight }) =>
      stateWeight === undefined ? [nodes, weights] : [nodes, weights, stateWeight],
    ),
  )
}

function digestOf(fields: readonly unknown[]): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(fields))))
}

/** What a table has to have been measured with to be used. */
export interface TableTerms {
  readonly key: string
  readonly frontier: Frontier
  readonly metric: Metric
}

/**
 * The stored table if it fits, else the one the model brings along; and a note where there is one and none fits.
 *
 * @throws FastFlowError `policy-unreadable`.
 */
export async function findTable(
  places: PolicyPlaces,
  terms: TableTerms,
): Promise<{ readonly table?: QualityTable; readonly note?: string }> {
  const digest = tableDigest(terms.key, terms.metric)
  const found = await findPolicy(places, digest)
  if (found === undefined) return {}
  const first = tableOf(found, terms)
  if (first.table !== undefined) return first
  // Measured here for plans of before, which newer ones of the model have replaced since, with a table of their own.
  const shipped = await findShipped(places, digest)
  const second = shipped === undefined ? {} : tableOf(shipped, terms)
  return second.table === undefined ? first : second
}

function tableOf(
  found: FoundPolicy,
  { frontier, metric }: TableTerms,
): { readonly table?: QualityTable; readonly note?: string } {
  const { document } = found
  if (isRecord(document) && document.version === 1)
    return { note: `what was measured of ${metric} is in a format of before: measure the quality again` }
  const table = parseTable(found)
  if (table.plans !== plansDigest(frontier.document))
    return { note: `what was measured of ${metric} belongs to other plans: measure the quality of these` }
  return { table }
}

/** Checks a table from outside. @throws FastFlowError `policy-unreadable` naming the field. */
export function parseTable({ document, source }: FoundPolicy): QualityTable {
  const bad = (field: string): FastFlowError => {
    const message = `${source}: ${field} is missing or damaged; restore the file, or measure the quality anew`
    return new FastFlowError({ code: 'policy-unreadable', field: `quality.${field}`, message })
  }
  const numbers = (value: unknown, length?: number): boolean =>
    Array.isArray(value) && (length === undefined || value.length === length) && value.every(Number.isFinite)
  if (!isRecord(document) || document.format !== 'fastflow-quality') throw bad('format')
  const { version, nfe, runs, floor, proxy, numSteps } = document
  if (version !== 2) throw bad('version')
  if (!numbers(nfe) || !Number.isInteger(numSteps)) throw bad('nfe')
  if (!numbers(floor)) throw bad('floor')
  if (!isRecord(proxy) || typeof proxy.version !== 'string') throw bad('proxy')
  const plans = (nfe as readonly number[]).length
  const whole = (run: unknown): boolean =>
    isRecord(run) &&
    numbers(run.features) &&
    (run.size === undefined || Number.isFinite(run.size)) &&
    numbers(run.scores, plans) &&
    Array.isArray(run.landings) &&
    run.landings.length === plans &&
    run.landings.every((landings) => numbers(landings))
  if (!Array.isArray(runs) || !runs.every(whole)) throw bad('runs')
  return document as unknown as QualityTable
}
