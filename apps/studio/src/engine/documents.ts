import type { IndexedDbPolicyStore } from '@fastflow/backend-web'
import { parsePlan } from '@fastflow/core'
import {
  checkPolicyDocument,
  type Pipeline,
  planDigest,
  policyDigest,
  type RunSettings,
} from '@fastflow/pipelines'
import { curveKey } from './knowledge.ts'
import type { Keepsake } from './protocol.ts'

/** Puts a plan or policy from a file where it is followed from now on. */
export async function adoptDocument(
  pipe: Pipeline,
  store: IndexedDbPolicyStore,
  settings: RunSettings,
  document: unknown,
): Promise<void> {
  const { format } = (document ?? {}) as { format?: unknown }
  if (format === 'fastflow-plan') {
    const key = pipe.planKey(settings)
    await store.save(planDigest(key), parsePlan(document, key).document)
    return
  }
  const key = pipe.policyKey(settings)
  await store.save(policyDigest(key), checkPolicyDocument(document, key, 'the file'))
}

/** @returns what was forgotten, so that it can be had back. */
export async function forgetDocuments(
  pipe: Pipeline,
  store: IndexedDbPolicyStore,
  settings: RunSettings,
): Promise<Keepsake> {
  const kept = await keepsakeOf(pipe, store, settings)
  for (const [name] of kept.documents) await store.remove(name)
  return kept
}

/** What is stored for these settings. */
export async function keepsakeOf(
  pipe: Pipeline,
  store: IndexedDbPolicyStore,
  settings: RunSettings,
): Promise<Keepsake> {
  const policy = policyDigest(pipe.policyKey(settings))
  const names = [planDigest(pipe.planKey(settings)), policy, curveKey(policy)]
  const documents: [string, unknown][] = []
  // What cannot be read any more cannot be had back; it is removed all the same.
  for (const name of names) documents.push([name, await store.load(name).catch(() => undefined)])
  return { documents }
}

/** Stores again what a keepsake holds; what it holds nothing of is removed. */
export async function restoreDocuments(
  store: IndexedDbPolicyStore,
  { documents }: Keepsake,
): Promise<undefined> {
  for (const [name, document] of documents)
    await (document === undefined ? store.remove(name) : store.save(name, document))
  return undefined
}
