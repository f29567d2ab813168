import type { ModelFolder, PlanDocument, PolicyStore } from '@fastflow/core'
import {
  type Metric,
  type PaperState,
  type Pipeline,
  type PolicyDocument,
  planDigest,
  plansDigest,
  policyDigest,
  type QualityTable,
  type RunSettings,
  tableDigest,
} from '@fastflow/pipelines'
import type { Knowledge } from './protocol.ts'

type Find = <Document>(digest: string) => Promise<Found<Document>>

interface Found<Document> {
  readonly document: Document | undefined
  readonly source: 'shipped' | 'device' | undefined
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
  const plan = await find<PlanDocument>(planDigest(pipe.planKey(settings)))
  const policy = await find<PolicyDocument<PaperState>>(policyName)
  return {
    plan: plan.document,
    planSource: plan.source,
    policy: policy.document,
    policySource: policy.source,
    curve: await readCurve(store, policyName),
    measured: {
      lpips: await readMeasured('lpips', pipe, find, settings, plan.document),
      psnr: await readMeasured('psnr', pipe, find, settings, plan.document),
    },
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

/** Notes what a generation of the learning policy cost, beside the policy; one that began anew begins a new curve. */
export async function recordGeneration(
  store: PolicyStore,
  { key }: PolicyDocument,
  nfe: number,
  fresh: boolean,
): Promise<void> {
  const name = policyDigest(key)
  const before = fresh ? [] : await readCurve(store, name)
  await store.save(curveKey(name), [...before, nfe])
}

export function curveKey(policyName: string): string {
  return `curve-${policyName}`
}

async function readCurve(store: PolicyStore, policyName: string): Promise<readonly number[]> {
  const curve = await loadIfReadable(store, curveKey(policyName))
  return Array.isArray(curve) ? curve.filter((nfe) => typeof nfe === 'number') : []
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
      onTrouble(`${path} of the model cannot be read and is not used (${(error as Error).message})`)
      return none
    }
  }
}
