import { FastFlowError, type PolicyStore, type UpdateJournal } from '@fastflow/core'
import { checkPolicyKey, checkText, policyText } from '@fastflow/core/backend'
import { transact } from './database.ts'
import { messageOf } from './failure.ts'
import { indexedDbJournal, journalId } from './update-journal.ts'

/** A store that can forget. */
export interface IndexedDbPolicyStore extends PolicyStore {
  readonly journal: UpdateJournal
  /** Removes the document and what its journal holds, if there are any. @throws FastFlowError `output-unwritable`. */
  remove(key: string): Promise<void>
}

/**
 * Policies in the browser's IndexedDB, kept from visit to visit. `save` is one transaction: after a crash or a full disk
 * the old document is still there. Of several tabs that save at once the last wins; what they all have to add to goes into the
 * store's journal, where nothing is lost.
 *
 * @param location keeps stores apart; any text.
 * @throws FastFlowError `invalid-argument` for a key that is not lower-case letters, digits and hyphens or a
 *   document that is not JSON, `policy-unreadable`, `output-unwritable`.
 */
export function indexedDbPolicyStore(location: string): IndexedDbPolicyStore {
  checkText('location', location, 'what keeps stores apart, any text')
  const idOf = (key: string): string => `${location}\n${checkPolicyKey(key)}`
  const write = async (
    key: string,
    ask: (table: IDBObjectStore) => IDBRequest,
    what = `the policy ${key}`,
  ): Promise<void> => {
    try {
      await transact('readwrite', ask)
    } catch (cause) {
      const message = `${what} cannot be saved or removed (${messageOf(cause)}); free storage for this site, or leave private browsing`
      throw new FastFlowError({ code: 'output-unwritable', field: key, message, cause })
    }
  }
  return {
    version: 1,
    journal: indexedDbJournal(location),
    async check() {
      // Under a name no policy has.
      const id = `${location}\n`
      await write('storage', (table) => table.put('null', id), 'policies')
      await write('storage', (table) => table.delete(id), 'policies')
    },
    async load(key) {
      const id = idOf(key)
      try {
        const text = await transact('readonly', (table) => table.get(id))
        return text === undefined ? undefined : JSON.parse(String(text))
      } catch (cause) {
        const message = `the stored policy ${key} cannot be read (${messageOf(cause)}); clear this site's data to learn anew`
        throw new FastFlowError({ code: 'policy-unreadable', field: key, message, cause })
      }
    },
    async save(key, document) {
      const id = idOf(key)
      const text = policyText(document)
      await write(key, (table) => table.put(text, id))
    },
    async remove(key) {
      const id = idOf(key)
      await write(key, (table) => {
        table.delete(journalId(location, key))
        return table.delete(id)
      })
    },
  }
}
