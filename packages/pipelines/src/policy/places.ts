import { type ModelFolder, type PolicyStore, parseJson } from '@fastflow/core'

/** Where learned policies are looked for: the user's store, then the model's folder. */
export interface PolicyPlaces {
  readonly store: PolicyStore
  readonly folder: ModelFolder
}

/** A document that is still to be checked, and where it was found, for errors. */
export interface FoundPolicy {
  readonly document: unknown
  readonly source: string
}

/**
 * The stored policy of this name, else the one the model brings along as `policies/<digest>.json`.
 *
 * @throws FastFlowError `policy-unreadable` when the one that is found is not JSON.
 */
export async function findPolicy(places: PolicyPlaces, digest: string): Promise<FoundPolicy | undefined> {
  const stored = await places.store.load(digest)
  if (stored !== undefined) return { document: stored, source: `the stored policy ${digest}` }
  return findShipped(places, digest)
}

/** The document of this name that the model brings along. @throws FastFlowError `policy-unreadable`. */
export async function findShipped(
  { folder }: PolicyPlaces,
  digest: string,
): Promise<FoundPolicy | undefined> {
  return shippedPolicy(folder, `policies/${digest}.json`)
}

async function shippedPolicy(folder: ModelFolder, path: string): Promise<FoundPolicy | undefined> {
  if (!(await folder.has(path))) return undefined
  const source = `${folder.location}/${path}`
  const fix = 'restore the file, or delete it to learn anew'
  const about = { code: 'policy-unreadable', name: path, place: `${source}:`, fix } as const
  return { document: parseJson(await folder.read(path), about), source }
}
