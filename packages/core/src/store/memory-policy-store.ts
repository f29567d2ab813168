import type { PolicyStore } from '../ports/policy-store.ts'
import { memoryJournal } from './memory-journal.ts'
import { checkPolicyKey, policyText } from './policy-text.ts'

/**
 * A policy store that lasts as long as the process: for tests, workers and pages without storage.
 *
 * Documents are kept as JSON text, so that what was saved cannot change under the store, and what a file store
 * would lose (undefined, class instances) is lost here too.
 *
 * @throws FastFlowError `invalid-argument`, from `load` and `save`, for a key the port does not allow, and from
 *   `save` for a document that is not JSON.
 */
export function memoryPolicyStore(): PolicyStore {
  const documents = new Map<string, string>()
  return {
    version: 1,
    journal: memoryJournal(),
    load: async (key) => {
      const text = documents.get(checkPolicyKey(key))
      return text === undefined ? undefined : JSON.parse(text)
    },
    save: async (key, document) => {
      documents.set(checkPolicyKey(key), policyText(document))
    },
  }
}
