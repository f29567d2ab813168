import { FastFlowError, invalidArgument } from '../errors.ts'
import type { PolicyStore } from '../ports/policy-store.ts'

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
    load: async (key) => {
      const text = documents.get(checkKey(key))
      return text === undefined ? undefined : JSON.parse(text)
    },
    save: async (key, document) => {
      documents.set(checkKey(key), toJson(document))
    },
  }
}

function checkKey(key: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,127}$/.test(key)) return key
  const rule = 'must be 1 to 128 lower-case letters, digits and hyphens'
  throw invalidArgument('key', `${rule}, got ${JSON.stringify(key)}`)
}

function toJson(document: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(document)
  } catch (cause) {
    const message = `document: must be plain JSON (${cause})`
    throw new FastFlowError({ code: 'invalid-argument', field: 'document', message, cause })
  }
  if (text === undefined) throw invalidArgument('document', `must be plain JSON, got ${typeof document}`)
  return text
}
