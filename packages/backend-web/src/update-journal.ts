import { FastFlowError, type JournalContent, type UpdateJournal } from '@fastflow/core'
import { checkFunction, checkPolicyKey, policyText } from '@fastflow/core/backend'
import { transact } from './database.ts'
import { messageOf } from './failure.ts'

/** What lies under one key, as JSON texts. */
interface Entry {
  readonly document: string | undefined
  readonly updates: readonly string[]
}

/**
 * A journal in IndexedDB, beside the documents of the store. Every change reads and writes in one transaction: of several tabs
 * that append at once nothing is lost, and whoever folds has it alone.
 *
 * @param location keeps journals apart.
 */
export function indexedDbJournal(location: string): UpdateJournal {
  /** Puts another entry in the place of what is there. */
  const change = async (key: string, next: (before: Entry) => Entry): Promise<void> => {
    const id = journalId(location, key)
    let refusal: { readonly error: unknown } | undefined
    try {
      await transact('readwrite', (table, fail) => {
        const found: IDBRequest<unknown> = table.get(id)
        found.onsuccess = () => {
          try {
            table.put(next(entryOf(found.result)), id)
          } catch (error) {
            refusal = { error }
            fail(error)
          }
        }
        return found
      })
    } catch (cause) {
      if (refusal) throw refusal.error
      const message = `what was learned for ${key} cannot be saved (${messageOf(cause)}); free storage for this site, or leave private browsing`
      throw new FastFlowError({ code: 'output-unwritable', field: key, message, cause })
    }
  }
  return {
    version: 1,
    async append(key, update) {
      const text = policyText(update)
      await change(key, ({ document, updates }) => ({ document, updates: [...updates, text] }))
    },
    async read(key) {
      const id = journalId(location, key)
      try {
        return contentOf(entryOf(await transact('readonly', (table) => table.get(id))))
      } catch (cause) {
        const message = `what was learned for ${key} cannot be read (${messageOf(cause)}); clear this site's data to learn anew`
        throw new FastFlowError({ code: 'policy-unreadable', field: key, message, cause })
      }
    },
    async compact(key, fold) {
      checkPolicyKey(key)
      checkFunction('fold', fold, '(document, updates) => document')
      await change(key, (before) => {
        const { document, updates } = contentOf(before)
        return { document: policyText(fold(document, updates)), updates: [] }
      })
      return true
    },
  }
}

/** Where the journal of a key lies in the table: under a name no document has. */
export function journalId(location: string, key: string): string {
  return `${location}\n${checkPolicyKey(key)}\njournal`
}

function entryOf(stored: unknown): Entry {
  return (stored as Entry | undefined) ?? { document: undefined, updates: [] }
}

function contentOf({ document, updates }: Entry): JournalContent {
  return {
    document: document === undefined ? undefined : JSON.parse(document),
    updates: updates.map((text) => JSON.parse(text)),
    damaged: 0,
  }
}
