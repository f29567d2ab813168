import {
  invalidArgument,
  isRecord,
  JsonField,
  type Plan,
  type PlanDocument,
  sameJson,
  seedLedger,
} from '@fastflow/core'
import { checkMethods, checkOneOf, checkText } from '@fastflow/core/backend'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { type FoundPolicy, findPolicy, type PolicyPlaces } from '../policy/places.ts'
import type { Metric } from '../policy/target-quality.ts'
import { PROJECTED } from './features.ts'
import { LOG_RANGE } from './landings.ts'

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
  readonly frontier: Plan
  readonly metric: Metric
}

/**
 * The stored table if it fits, else the one the model brings along, less the runs that do not count; and a note where there is
 * one and none fits, or where runs were left out.
 *
 * @throws FastFlowError `policy-unreadable`.
 */
export async function findTable(
  places: PolicyPlaces,
  terms: TableTerms,
  notes: string[],
): Promise<QualityTable | undefined> {
  let misfit: string | undefined
  const found = await findPolicy(places, tableDigest(terms.key, terms.metric), {
    read: (one) => {
      const { table, note } = tableOf(one, terms)
      if (table !== undefined && note !== undefined) notes.push(note)
      // Measured here for plans of before, which newer ones of the model have replaced since, with a table of their own.
      if (table === undefined) misfit ??= note
      return table
    },
    notes,
    forgiving: true,
  })
  if (found === undefined && misfit !== undefined) notes.push(misfit)
  return found?.value
}

function tableOf(
  found: FoundPolicy,
  { frontier, metric }: TableTerms,
): { readonly table?: QualityTable; readonly note?: string } {
  const { document } = found
  if (isRecord(document) && document.version === 1)
    return { note: `what was measured of ${metric} is in a format of before: measure the quality again` }
  const table = parseTable(found)
  const { plans } = frontier.document
  const known = sameJson(
    table.nfe,
    plans.map(({ nfe }) => nfe),
  )
  if (!known || table.metric !== metric || table.plans !== plansDigest(frontier.document))
    return { note: `what was measured of ${metric} belongs to other plans: measure the quality of these` }
  return countedOnce(table, frontier.document)
}

/** A run says something new where its noise is in no other, and chose and fitted none of the plans it judges. */
function countedOnce(
  table: QualityTable,
  { calibration }: PlanDocument,
): { readonly table?: QualityTable; readonly note?: string } {
  const ledger = seedLedger(calibration.seeds)
  const runs = table.runs.filter(({ seed }) => ledger.take([seed]).length > 0)
  const left = table.runs.length - runs.length
  if (left === 0) return { table }
  const why = 'they come twice, or the plans were made with them'
  const note = `${left} of ${table.runs.length} measured runs of ${table.metric} do not count: ${why}; measure the quality again`
  return runs.length === 0 ? { note } : { table: { ...table, runs }, note }
}

/** What scores can be, of any metric. */
const SCORE_RANGE = { least: -1e6, most: 1e6 } as const

/** Checks a table from outside. @throws FastFlowError `policy-unreadable` naming the field. */
export function parseTable({ document, source }: FoundPolicy): QualityTable {
  const table = new JsonField(document, {
    code: 'policy-unreadable',
    name: 'quality',
    prefix: 'quality.',
    place: `${source}:`,
    fix: 'restore the file, or measure the quality anew',
  })
  table.at('format').oneOf(['fastflow-quality'])
  table.at('version').oneOf([2])
  for (const name of ['key', 'plans']) table.at(name).text()
  table.at('metric').oneOf(['lpips', 'psnr'])
  for (const name of ['name', 'version']) table.at('proxy').at(name).text()
  const numSteps = table.at('numSteps').whole({ least: 1 })
  const nfe = table.at('nfe').numbers({ whole: true, least: 1, most: numSteps })
  table.at('floor').numbers(SCORE_RANGE)
  const runs = table.at('runs').items()
  for (const run of runs) {
    run.at('seed').whole({ least: -Infinity })
    run.at('features').numbers({ least: -1e3, most: 1e3, length: PROJECTED })
    if (run.at('size').value !== undefined) run.at('size').number(LOG_RANGE)
    run.at('scores').numbers({ ...SCORE_RANGE, length: nfe.length })
    const landings = run.at('landings').items(nfe.length)
    const first = runs[0]!.at('landings').items()
    for (const [plan, list] of landings.entries())
      list.numbers({ ...LOG_RANGE, length: first[plan]!.numbers().length })
  }
  return document as QualityTable
}
