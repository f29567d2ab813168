const DATABASE = 'fastflow-policies'
const TABLE = 'policies'

/**
 * Runs requests in a transaction of their own; resolves with the answer to the first once all are on disk. Those that write
 * run one after the other, in all tabs.
 *
 * @param ask may ask on from the listeners of its requests; `fail` ends the transaction, and nothing has changed.
 */
export async function transact<Result>(
  mode: IDBTransactionMode,
  ask: (table: IDBObjectStore, fail: (error: unknown) => void) => IDBRequest<Result>,
): Promise<Result> {
  const database = await openDatabase()
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode, { durability: 'strict' })
      const fail = (error: unknown): void => {
        reject(error)
        transaction.abort()
      }
      const request = ask(transaction.objectStore(TABLE), fail)
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser refused'))
    })
  } finally {
    database.close()
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the browser refused'))
    request.onblocked = () => reject(new Error('another tab holds an older version open; close it'))
  })
}
