import type { IndexedDbPolicyStore } from '@fastflow/backend-web'
import type { ModelFolder, PlanDocument, PolicyStore } from '@fastflow/core'
import {
  learnedPolicy,
  type Metric,
  type PaperState,
  type Pipeline,
  type PolicyDocument,
  type PolicyPlaces,
  planDigest,
  plansDigest,
  policyDigest,
  type QualityTable,
  type RunSettings,
  tableDigest,
} from '@fastflow/pipelines'
import type { Knowledge, Origin } from './protocol.ts'

type Find = <Document>(digest: string) => Promise<Found<Document>>

interface Found<Document> {
  readonly document: Document | undefined
  readonly source: Origin | undefined
}

/** What is known for these settings: on this device first, else what came with the model. */
export async function readKnowledge(
  pipe: Pipeline,
  store: PolicyStore,
  folder: ModelFolder,
  settings: RunSettings,
  onTrouble: (message: string) => void = () => {},
): Promise<Knowledge> {
  const find = finder(store, folder, onTrouble)
  const policyName = policyDigest(pipe.policyKey(settings))
  const planName = planDigest(pipe.planKey(settings))
  const plan = await find<PlanDocument>(planName)
  const policy = await readPolicy(pipe, { store, folder }, settings, onTrouble)
  const originOf = async (
    { document, source }: Found<unknown>,
    digest: string,
  ): Promise<Origin | undefined> =>
    source === 'device' && (await isFromFile(store, digest, document)) ? 'file' : source
  return {
    plan: plan.document,
    planSource: await originOf(plan, planName),
    policy: policy.document,
    policySource: await originOf(policy, policyName),
    curve: await readCurve(store, policyName),
    measured: {
      lpips: await readMeasured('lpips', pipe, find, settings, plan.document),
      psnr: await readMeasured('psnr', pipe, find, settings, plan.document),
    },
  }
}

/** What was learned here, by all tabs, on top of what came with the model. */
async function readPolicy(
  pipe: Pipeline,
  places: PolicyPlaces,
  settings: RunSettings,
  onTrouble: (message: string) => void,
): Promise<Found<PolicyDocument<PaperState>>> {
  const key = pipe.policyKey(settings)
  const name = policyDigest(key)
  const none = { document: undefined, updates: [] }
  try {
    const kept = (await places.store.journal?.read(name).catch(() => none)) ?? none
    const stored = await loadIfReadable(places.store, name)
    const here = kept.updates.length > 0 || [kept.document, stored].some((one) => one !== undefined)
    const document = await learnedPolicy(key, places)
    return { document, source: document && (here ? 'device' : 'shipped') }
  } catch (error) {
    onTrouble(`the policy of the model cannot be read and is not used (${(error as Error).message})`)
    return { document: undefined, source: undefined }
  }
}

/** What was measured of this very plan. */
async function readMeasured(
  metric: Metric,
  pipe: Pipeline,
  find: Find,
  settings: RunSettings,
  plan: PlanDocument | undefined,
): Promise<QualityTable | undefined> {
  if (plan === undefined) return undefined
  const digest = tableDigest(planDigest(pipe.planKey(settings)), metric)
  const { document } = await find<QualityTable>(digest)
  return document?.plans === plansDigest(plan) ? document : undefined
}

/** Notes that a document comes from a file, until it is another one. */
export function rememberFile(store: PolicyStore, digest: string, document: unknown): Promise<void> {
  return store.save(`file-${digest}`, document)
}

async function isFromFile(store: PolicyStore, digest: string, document: unknown): Promise<boolean> {
  const opened = await loadIfReadable(store, `file-${digest}`)
  return JSON.stringify(opened) === JSON.stringify(document)
}

/** Pictures after which the curve's points are put into one document. */
const FOLD_AFTER = 200

/** Notes what a generation of the learning policy cost, beside the policy; one that began anew begins a new curve. */
export async function recordGeneration(
  store: IndexedDbPolicyStore,
  { key }: PolicyDocument,
  nfe: number,
  fresh: boolean,
): Promise<void> {
  const { journal } = store
  const name = curveKey(policyDigest(key))
  if (fresh) await journal.compact(name, () => [])
  await journal.append(name, nfe)
  if ((await journal.read(name)).updates.length <= FOLD_AFTER) return
  const before = await loadIfReadable(store, name)
  await journal.compact(name, (document, updates) => pointsOf(document ?? before, updates))
}

export function curveKey(policyName: string): string {
  return `curve-${policyName}`
}

/** What stands in the store alone was kept there before the curve had a journal. */
async function readCurve(store: PolicyStore, policyName: string): Promise<readonly number[]> {
  const name = curveKey(policyName)
  const kept = await store.journal?.read(name).catch(() => undefined)
  return pointsOf(kept?.document ?? (await loadIfReadable(store, name)), kept?.updates ?? [])
}

function pointsOf(document: unknown, updates: readonly unknown[]): readonly number[] {
  return [...(Array.isArray(document) ? document : []), ...updates].filter((nfe) => typeof nfe === 'number')
}

/** What cannot be read does not hide what came with the model. */
function loadIfReadable(store: PolicyStore, key: string): Promise<unknown> {
  return store.load(key).catch(() => undefined)
}

/** Documents of the store first, else of the model's folder; one that is damaged there is named and done without. */
function finder(store: PolicyStore, folder: ModelFolder, onTrouble: (message: string) => void): Find {
  return async <Document>(digest: string): Promise<Found<Document>> => {
    const stored = await loadIfReadable(store, digest)
    if (stored !== undefined) return { document: stored as Document, source: 'device' }
    const path = `policies/${digest}.json`
    const none = { document: undefined, source: undefined }
    if (!(await folder.has(path))) return none
    try {
      const text = new TextDecoder().decode(await folder.read(path))
      return { document: JSON.parse(text) as Document, source: 'shipped' }
    } catch (error) {
      onTrouble(
        `a file that comes with the model arrived damaged; it is done without until the page is loaded again (${path}: ${(error as Error).message})`,
      )
      return none
    }
  }
}
