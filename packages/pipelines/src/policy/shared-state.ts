import {
  FastFlowError,
  type JournalContent,
  memoryJournal,
  type PolicyStore,
  type UpdateJournal,
} from '@fastflow/core'
import { attempt, messageOf } from '../notes.ts'

/** Updates after which the journal is folded. */
const COMPACT_AFTER = 100

/** How something is learned by several processes at once. */
export interface SharedStateOptions<State> {
  readonly store: PolicyStore
  /** Name it is kept under. */
  readonly digest: string
  /** What learning starts from where nothing was folded yet. @param told whether a note says that nothing kept can be read. */
  readonly base: (told: boolean) => State | Promise<State>
  /** Checks a folded document. What it throws says why it cannot be used. */
  readonly parse: (document: unknown) => State
  /** Plain JSON that `parse` reads. */
  readonly serialize: (state: State) => unknown
  /** The state after an update from outside, its checks included. Throws where it cannot be one. */
  readonly update: (state: State, line: unknown) => State
  /** Gets a line for what goes wrong: nothing here costs a result. */
  readonly notes: string[]
}

export interface SharedState<State> {
  /** What this process and those before it have learned. */
  readonly state: State
  /** Goes on from this state, which comes of this update. */
  learn(state: State, update: unknown): Promise<void>
  /** Puts another state in the place of all that was learned. @returns whether it is there. */
  replace(make: (before: State) => State): Promise<boolean>
}

/**
 * What is learned, in the store's journal: every update is kept when it has been learned, whatever becomes of this process or of
 * others. Where the journal cannot be read, learning lasts as long as the call.
 */
export async function openSharedState<State>(
  options: SharedStateOptions<State>,
): Promise<SharedState<State>> {
  const { digest, notes, serialize } = options
  const { journal, content, told } = await readJournal(options)
  const opened = await openDocument(options, content.document, told)
  const { base } = opened
  let { state } = opened
  let passedOver = content.damaged
  const fold = (from: State, updates: readonly unknown[]): State =>
    updates.reduce<State>((before, line) => {
      try {
        return options.update(before, line)
      } catch {
        passedOver++
        return before
      }
    }, from)
  state = fold(state, content.updates)
  if (passedOver > 0) notes.push(`${passedOver} damaged or foreign lines of what was learned are passed over`)
  let appended = content.updates.length
  const compact = async (): Promise<void> => {
    const done = await attempt(notes, 'what was learned stays in lines, which cannot be folded', async () => {
      const folded = await journal.compact(digest, (document, updates) =>
        serialize(fold(stateOf(options, document) ?? base, updates)),
      )
      if (folded) appended = 0
    })
    if (!done) appended = 0
  }
  if (opened.damaged) await compact()
  return {
    get state() {
      return state
    },
    async learn(next, update) {
      state = next
      await attempt(notes, 'what was learned cannot be kept', () => journal.append(digest, update))
      if (++appended >= COMPACT_AFTER) await compact()
    },
    async replace(make) {
      let replaced = false
      await attempt(notes, 'what was learned before cannot be replaced', async () => {
        let next = state
        replaced = await journal.compact(digest, (document, updates) => {
          next = make(fold(stateOf(options, document) ?? base, updates))
          return serialize(next)
        })
        if (!replaced) throw new Error('another process is at it')
        state = next
      })
      return replaced
    },
  }
}

async function readJournal({
  store,
  digest,
  notes,
}: Pick<SharedStateOptions<unknown>, 'store' | 'digest' | 'notes'>): Promise<{
  readonly journal: UpdateJournal
  readonly content: JournalContent
  /** Whether a note says that it cannot be read. */
  readonly told: boolean
}> {
  const journal = store.journal ?? memoryJournal()
  try {
    const content = await journal.read(digest)
    notes.push(...(content.notes ?? []))
    return { journal, content, told: false }
  } catch (error) {
    notes.push(
      `what was learned before is passed over, and what this call learns is not kept: ${messageOf(error)}`,
    )
    const content = { document: undefined, updates: [], damaged: 0 }
    return { journal: memoryJournal(), content, told: isOfPlace(error) }
  }
}

/** The word of a store on where it keeps things. Of other errors nobody knows whether what is stored has them too. */
function isOfPlace(error: unknown): boolean {
  return FastFlowError.isInstance(error) && error.code === 'policy-unreadable'
}

/** A document that cannot be used is kept under another name. */
async function openDocument<State>(
  options: SharedStateOptions<State>,
  document: unknown,
  told: boolean,
): Promise<{ readonly state: State; readonly base: State; readonly damaged: boolean }> {
  const { store, digest, notes, parse } = options
  if (document !== undefined) {
    try {
      const state = parse(document)
      return { state, base: state, damaged: false }
    } catch (error) {
      const aside = `${digest}-damaged`
      notes.push(`passed over: ${messageOf(error)}`)
      if (await attempt(notes, 'it cannot be kept for inspection', () => store.save(aside, document)))
        notes.push(`it is kept for inspection as ${aside}`)
    }
  }
  const base = await options.base(told)
  return { state: base, base, damaged: document !== undefined }
}

function stateOf<State>({ parse }: SharedStateOptions<State>, document: unknown): State | undefined {
  try {
    return document === undefined ? undefined : parse(document)
  } catch {
    return undefined
  }
}
