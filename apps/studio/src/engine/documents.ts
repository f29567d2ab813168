import type { IndexedDbPolicyStore } from '@fastflow/backend-web'
import { type ModelFolder, parsePlan } from '@fastflow/core'
import {
  adoptPolicy,
  learnedPolicy,
  type Pipeline,
  planDigest,
  policyDigest,
  type RunSettings,
} from '@fastflow/pipelines'
import { curveKey, rememberFile } from './knowledge.ts'
import type { Keepsake, Keys, Knowledge } from './protocol.ts'

/** Where documents lie. */
export interface Shelf {
  readonly store: IndexedDbPolicyStore
  readonly folder: ModelFolder
}

export function keysOf(pipe: Pipeline, settings: RunSettings): Keys {
  return { plan: pipe.planKey(settings), policy: pipe.policyKey(settings) }
}

/** Puts a plan or policy from a file where it is followed from now on. */
export async function openDocument(shelf: Shelf, keys: Keys, document: unknown): Promise<void> {
  await adoptDocument(shelf, keys, document)
  const { store } = shelf
  const plan = planDigest(keys.plan)
  if (isPlan(document)) await rememberFile(store, plan, await store.load(plan))
  else await rememberFile(store, policyDigest(keys.policy), await learnedPolicy(keys.policy, shelf))
}

async function adoptDocument(shelf: Shelf, keys: Keys, document: unknown): Promise<void> {
  if (!isPlan(document)) return adoptPolicy(document, keys.policy, shelf)
  await shelf.store.save(planDigest(keys.plan), parsePlan(document, keys.plan).document)
}

function isPlan(document: unknown): boolean {
  return (document as { readonly format?: unknown } | null)?.format === 'fastflow-plan'
}

/** Removes what is stored under these keys. */
export async function forgetDocuments({ store }: Shelf, keys: Keys): Promise<void> {
  const policy = policyDigest(keys.policy)
  for (const name of [planDigest(keys.plan), policy, curveKey(policy)]) await store.remove(name)
}

/** What of this was made here, so that it can be had back. What cannot be read any more cannot. */
export function keepsakeOf(
  keys: Keys,
  { plan, planSource, policy, policySource, curve }: Knowledge,
): Keepsake {
  return {
    keys,
    plan: planSource !== 'shipped' ? plan : undefined,
    policy: policySource !== 'shipped' ? policy : undefined,
    curve,
  }
}

/** Stores again what a keepsake holds; what it holds nothing of is removed. */
export async function restoreDocuments(
  shelf: Shelf,
  { keys, plan, policy, curve }: Keepsake,
): Promise<undefined> {
  await forgetDocuments(shelf, keys)
  for (const document of [plan, policy]) if (document) await adoptDocument(shelf, keys, document)
  if (curve.length > 0) await shelf.store.journal.compact(curveKey(policyDigest(keys.policy)), () => curve)
  return undefined
}
