import { isRecord, type PolicyStore, type SkipPolicy } from '@fastflow/core'
import { attempt } from '../notes.ts'
import { type PolicyDocument, type PolicyKey, policyDigest } from './document.ts'
import { parsePaperRun, replay } from './paper-run.ts'
import type { PaperState } from './paper-state.ts'
import { type FoundPolicy, findPolicy, type PolicyPlaces } from './places.ts'
import { openSharedState, type SharedState } from './shared-state.ts'

/** What is learned, and how often it was replaced. */
export interface Learned {
  readonly epoch: number
  readonly state: PaperState | undefined
}

export interface MemoryOptions {
  readonly key: PolicyKey
  readonly policy: SkipPolicy<PaperState>
  readonly read: (found: FoundPolicy) => PaperState
  readonly documentOf: (state: PaperState) => PolicyDocument<PaperState>
  /** Whether nothing that was learned before is wanted. */
  readonly ignored: boolean
  readonly notes: string[]
}

/** What was learned under this key, in the store's journal; in a document where the store has none. */
export async function openMemory(
  places: PolicyPlaces,
  options: MemoryOptions,
): Promise<SharedState<Learned>> {
  const { key, policy, read, documentOf, ignored, notes } = options
  const { store } = places
  const digest = policyDigest(key)
  const base = async (told: boolean): Promise<Learned> => ({
    epoch: 0,
    // What lies in the same place cannot be read for the same reason, which is said once.
    state: ignored
      ? undefined
      : (await findPolicy(places, digest, { read, notes: told ? [] : notes }))?.value,
  })
  if (store.journal === undefined) return openDocument(store, digest, await base(false), documentOf, notes)
  const blank = policy.finish(
    policy.init({ sigmas: key.sigmas, numSteps: key.sigmas.length - 1, random: () => 0 }),
    { completed: false, nfe: 0 },
  )
  return openSharedState<Learned>({
    store,
    digest,
    base,
    parse: (document) =>
      parseLearned(document, (value) => read({ document: value, source: `the stored policy ${digest}` })),
    serialize: ({ epoch, state }) => ({
      format: FORMAT,
      version: 1,
      epoch,
      policy: state ? documentOf(state) : null,
    }),
    update: ({ epoch, state = blank }, line) => {
      const run = parsePaperRun(line, blank)
      return { epoch, state: run.epoch === epoch ? replay(policy, state, run) : state }
    },
    notes,
  })
}

const FORMAT = 'fastflow-learned'

function parseLearned(value: unknown, read: (document: unknown) => PaperState): Learned {
  if (
    !isRecord(value) ||
    value.format !== FORMAT ||
    value.version !== 1 ||
    !Number.isSafeInteger(value.epoch)
  )
    throw new TypeError('what was learned is damaged')
  return { epoch: value.epoch as number, state: value.policy === null ? undefined : read(value.policy) }
}

/** Where a store has no journal: the whole document, of which the last to save stays. */
function openDocument(
  store: PolicyStore,
  digest: string,
  found: Learned,
  documentOf: MemoryOptions['documentOf'],
  notes: string[],
): SharedState<Learned> {
  const save = ({ state }: Learned): Promise<boolean> =>
    attempt(notes, 'what was learned cannot be kept', () => store.save(digest, state && documentOf(state)))
  return {
    state: found,
    learn: async (next) => {
      await save(next)
    },
    replace: (make) => save(make(found)),
  }
}
