import { type ModelFolder, type PolicyStore, parseJson } from '@fastflow/core'
import { messageOf } from '../notes.ts'

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

/** What was made of a document, and where it was found. */
export interface UsablePolicy<Value> {
  readonly value: Value
  readonly source: string
}

export interface FindOptions<Value> {
  /** Checks a document. What it throws says why the document cannot be used; undefined passes it over without a word. */
  readonly read: (found: FoundPolicy) => Value | undefined
  /** Gets a line for what is passed over. */
  readonly notes: string[]
  /** Whether to pass over a damaged one of the model too; otherwise it is an error, as other damaged files of a model are. */
  readonly forgiving?: boolean
}

/**
 * The stored policy of this name, else the one the model brings along as `policies/<digest>.json`. A stored one that cannot be
 * read, or not be used, is passed over with a note: what a store holds must not cost what the model has.
 *
 * @throws FastFlowError `policy-unreadable`, `policy-mismatch` for the one of the model, unless `forgiving`.
 */
export async function findPolicy<Value>(
  places: PolicyPlaces,
  digest: string,
  { read, notes, forgiving = false }: FindOptions<Value>,
): Promise<UsablePolicy<Value> | undefined> {
  for (const find of [findStored, findShipped]) {
    try {
      const found = await find(places, digest)
      const value = found && read(found)
      if (found !== undefined && value !== undefined) return { value, source: found.source }
    } catch (error) {
      if (find === findShipped && !forgiving) throw error
      notes.push(`passed over: ${messageOf(error)}`)
    }
  }
  return undefined
}

async function findStored({ store }: PolicyPlaces, digest: string): Promise<FoundPolicy | undefined> {
  const document = await store.load(digest)
  return document === undefined ? undefined : { document, source: `the stored policy ${digest}` }
}

async function findShipped({ folder }: PolicyPlaces, digest: string): Promise<FoundPolicy | undefined> {
  const path = `policies/${digest}.json`
  if (!(await folder.has(path))) return undefined
  const source = `${folder.location}/${path}`
  const fix = 'restore the file, or delete it to learn anew'
  const about = { code: 'policy-unreadable', name: path, place: `${source}:`, fix } as const
  return { document: parseJson(await folder.read(path), about), source }
}
