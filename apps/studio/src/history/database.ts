import type { Made } from '../state/state.ts'

/** Results on this device, kept in IndexedDB. */
export interface HistoryDatabase {
  /** Newest first. */
  read(): Promise<readonly Made[]>
  write(made: Made): Promise<void>
  remove(ids: readonly string[]): Promise<void>
}

const STORE = 'made'

/** @param name of the database. Every promise rejects where the browser keeps nothing. */
export function historyDatabase(name: string): HistoryDatabase {
  let opened: Promise<IDBDatabase> | undefined
  const open = (): Promise<IDBDatabase> => {
    opened ??= openDatabase(name)
    return opened
  }
  return {
    async read() {
      const store = (await open()).transaction(STORE).objectStore(STORE)
      const all = (await answer(store.getAll())) as readonly Made[]
      return [...all].sort((a, b) => b.at - a.at)
    },
    async write(made) {
      await change(await open(), (store) => store.put(made))
    },
    async remove(ids) {
      await change(await open(), (store) => {
        for (const id of ids) store.delete(id)
      })
    },
  }
}

async function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' })
  return answer(request)
}

function answer<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function change(database: IDBDatabase, work: (store: IDBObjectStore) => void): Promise<void> {
  const transaction = database.transaction(STORE, 'readwrite')
  work(transaction.objectStore(STORE))
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onerror = () => reject(transaction.error)
    transaction.onabort = () => reject(transaction.error)
  })
}
