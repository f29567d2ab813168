import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { FastFlowError, isRecord } from '@fastflow/core'
import { errorCode, messageOf } from '../failure.ts'
import { readIfThere } from './content.ts'

/** The document, and for each writer the last of its updates that is in it. */
export interface Snapshot {
  readonly format: 'fastflow-journal'
  readonly version: 1
  readonly folded: Readonly<Record<string, number>>
  readonly document: unknown
}

/** What a snapshot begins as, and what there is where it cannot be read. */
export interface FoundSnapshot {
  readonly snapshot: Snapshot
  /** Why the file that is there cannot be read. */
  readonly problem: string | undefined
}

/** What lies in the place of a snapshot where that is no file. */
const FOLDER: unique symbol = Symbol('folder')

const EMPTY: Snapshot = { format: 'fastflow-journal', version: 1, folded: {}, document: undefined }

export function snapshotPath(folder: string, key: string): string {
  return join(folder, `${key}.snapshot.json`)
}

/** @throws FastFlowError `policy-unreadable` for one of a later version, which is not damaged. */
export async function readSnapshot(folder: string, key: string): Promise<FoundSnapshot> {
  const path = snapshotPath(folder, key)
  const text = await readText(path)
  if (text === undefined) return { snapshot: EMPTY, problem: undefined }
  let value: unknown
  try {
    if (text === FOLDER) throw new TypeError('it is a folder')
    value = JSON.parse(text)
  } catch (error) {
    return { snapshot: EMPTY, problem: messageOf(error) }
  }
  if (!isRecord(value) || value.format !== 'fastflow-journal' || !isCount(value.version))
    return { snapshot: EMPTY, problem: 'it is no snapshot of a journal' }
  if (value.version > 1) {
    const message = `${path}: the stored policy is of version ${value.version}, this release reads 1; update, restore the file of before, or choose another folder`
    throw new FastFlowError({ code: 'policy-unreadable', field: path, message })
  }
  if (value.version < 1 || !isRecord(value.folded) || !Object.values(value.folded).every(isCount))
    return { snapshot: EMPTY, problem: 'it is damaged' }
  return { snapshot: value as unknown as Snapshot, problem: undefined }
}

async function readText(path: string): Promise<string | typeof FOLDER | undefined> {
  try {
    return await readIfThere(path)
  } catch (error) {
    if (errorCode(error) === 'EISDIR') return FOLDER
    throw error
  }
}

/**
 * Renames a snapshot that cannot be read, so that it can be looked into. Only for who holds the lock: nobody puts a new
 * one in its place meanwhile.
 *
 * @returns what to tell of it.
 */
export async function setSnapshotAside(folder: string, key: string, problem: string): Promise<string> {
  const path = snapshotPath(folder, key)
  const aside = `${path}.${Date.now()}.damaged`
  await rename(path, aside)
  return `${path} could not be read (${problem}): it is kept as ${aside}, and learning goes on from what else there is`
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
