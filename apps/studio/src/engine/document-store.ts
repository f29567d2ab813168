import { FastFlowError, invalidArgument, type PolicyStore } from '@fastflow/core'

/** A policy store that can forget. */
export interface DocumentStore extends PolicyStore {
  remove(key: string): Promise<void>
}

const DATABASE = 'fastflow-studio'
const TABLE = 'policies'

/**
 * Plans and policies in IndexedDB: they outlive the page, and a crash leaves the old or the new document.
 *
 * @throws FastFlowError from its methods: `invalid-argument` for a bad key, `policy-unreadable`, `output-unwritable`.
 */
export function openDocumentStore(): DocumentStore {
  let database: Promise<IDBDatabase> | undefined
  const run = async <T>(
    mode: IDBTransactionMode,
    request: (table: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> => {
    database ??= openDatabase()
    database.catch(() => {
      database = undefined
    })
    const transaction = (await database).transaction(TABLE, mode)
    const pending = request(transaction.objectStore(TABLE))
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })
    return pending.result
  }
  const write = async (request: (table: IDBObjectStore) => IDBRequest): Promise<void> => {
    await run('readwrite', request).catch((cause: unknown) => {
      throw failure('output-unwritable', 'the browser would not store the policy', cause)
    })
  }
  return {
    version: 1,
    async load(key) {
      checkKey(key)
      return run('readonly', (table) => table.get(key)).catch((cause: unknown) => {
        throw failure('policy-unreadable', 'the browser would not read stored policies', cause)
      })
    },
    save: async (key, document) => write((table) => table.put(plain(document), checkKey(key))),
    remove: async (key) => write((table) => table.delete(checkKey(key))),
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function plain(document: unknown): unknown {
  const text = JSON.stringify(document)
  if (text === undefined) throw invalidArgument('document', 'must be plain JSON')
  return JSON.parse(text)
}

function checkKey(key: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,127}$/.test(key)) return key
  throw invalidArgument(
    'key',
    `must be 1 to 128 lower-case letters, digits and hyphens, got ${JSON.stringify(key)}`,
  )
}

function failure(
  code: 'policy-unreadable' | 'output-unwritable',
  what: string,
  cause: unknown,
): FastFlowError {
  const why = cause instanceof Error && cause.message ? ` (${cause.message})` : ''
  const message = `${what}${why}; free some space, or leave the private window`
  return new FastFlowError({ code, field: 'store', message, cause })
}
