import { checkFunction } from '../check/values.ts'
import type { UpdateJournal } from '../ports/update-journal.ts'
import { checkPolicyKey, policyText } from './policy-text.ts'

interface Entry {
  document: string | undefined
  updates: string[]
}

/** A journal that lasts as long as the process; see {@link UpdateJournal}. */
export function memoryJournal(): UpdateJournal {
  const entries = new Map<string, Entry>()
  const entryOf = (key: string): Entry => {
    const entry = entries.get(checkPolicyKey(key)) ?? { document: undefined, updates: [] }
    entries.set(key, entry)
    return entry
  }
  const contentOf = ({ document, updates }: Entry): { document: unknown; updates: unknown[] } => ({
    document: document === undefined ? undefined : JSON.parse(document),
    updates: updates.map((text) => JSON.parse(text)),
  })
  return {
    version: 1,
    async append(key, update) {
      const { updates } = entryOf(key)
      updates.push(policyText(update))
    },
    read: async (key) => ({ ...contentOf(entryOf(key)), damaged: 0 }),
    async compact(key, fold) {
      const entry = entryOf(key)
      checkFunction('fold', fold, '(document, updates) => document')
      const { document, updates } = contentOf(entry)
      entry.document = policyText(fold(document, updates))
      entry.updates = []
      return true
    },
  }
}
