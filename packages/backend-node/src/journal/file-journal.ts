import { join } from 'node:path'
import type { JournalContent, UpdateJournal } from '@fastflow/core'
import { checkFunction, checkPolicyKey, checkText, policyText } from '@fastflow/core/backend'
import { messageOf } from '../failure.ts'
import { createOwner } from '../owner.ts'
import { unreadable, unwritable } from '../unwritable.ts'
import { appendLine } from './append.ts'
import { compactFiles } from './compact.ts'
import { type JournalFile, readJournals, unfoldedOf } from './content.ts'
import { takeLock } from './lock.ts'
import type { Place, Position } from './place.ts'
import { type FoundSnapshot, readSnapshot, setSnapshotAside, snapshotPath } from './snapshot.ts'

/**
 * Updates as JSON lines, one file a writer, `<key>.<writer>.journal`, and what they were folded into, `<key>.snapshot.json`.
 *
 * `append` resolves once its line is flushed to disk. Writers never share a file, so no process waits for another;
 * only `compact` takes a lock, `<key>.lock`, which the next process clears away when its holder has died. It folds this
 * writer's updates and those of processes that have ended, or that may have and were silent for a while (15 seconds on this
 * machine, in other containers; three minutes elsewhere). The snapshot says
 * how far each writer's file is in it, so that a crash between writing it and deleting the files counts nothing twice.
 *
 * Lines carry a check; what is damaged or of somebody else is passed over and counted. A snapshot that cannot be read is
 * renamed and kept.
 */
export function fileJournal(folder: string): UpdateJournal {
  checkText('folder', folder, 'the folder of the journal')
  const writer = createOwner()
  const positions = new Map<string, Position>()
  const positionOf = (key: string): Position => {
    const position = positions.get(checkPolicyKey(key)) ?? {
      count: 0,
      begun: false,
      torn: false,
      turn: Promise.resolve(),
      untold: [],
    }
    positions.set(key, position)
    return position
  }
  const inTurn = <Result>(key: string, work: (position: Position) => Promise<Result>): Promise<Result> => {
    const position = positionOf(key)
    const result = position.turn.then(() => work(position))
    position.turn = result.catch(() => {})
    return result
  }
  return {
    version: 1,
    async append(key, update) {
      const text = policyText(update)
      await inTurn(key, (position) => appendLine({ folder, key, writer }, position, text))
    },
    async read(key) {
      checkPolicyKey(key)
      const content = await readContent(folder, key)
      if (content.problem === undefined) return told(content.found, positionOf(key))
      await inTurn(key, (position) => setAside({ folder, key, writer }, position, content.problem!))
      return told((await readContent(folder, key)).found, positionOf(key))
    },
    compact: async (key, fold) => {
      checkPolicyKey(key)
      checkFunction('fold', fold, '(document, updates) => document')
      return inTurn(key, async (position) => {
        try {
          return await compactFiles({ folder, key, writer }, position, fold)
        } catch (error) {
          throw unwritable(snapshotPath(folder, key), 'what was learned cannot be folded', error)
        }
      })
    },
  }
}

async function readContent(
  folder: string,
  key: string,
): Promise<{ readonly found: JournalContent; readonly problem: string | undefined }> {
  let files: readonly JournalFile[]
  let read: FoundSnapshot
  try {
    // Journals first: what is compacted in between is found in the snapshot then.
    files = await readJournals(folder, key)
    read = await readSnapshot(folder, key)
  } catch (error) {
    throw unreadable(folder, error)
  }
  const { snapshot, problem } = read
  const damaged = files.reduce((sum, file) => sum + file.damaged, 0)
  const { document, folded } = snapshot
  return { found: { document, updates: unfoldedOf(files, folded), damaged }, problem }
}

function told(content: JournalContent, position: Position): JournalContent {
  const notes = position.untold.splice(0)
  return notes.length > 0 ? { ...content, notes } : content
}

/** Under the lock, and only if it is damaged still: another process may have put a new one in its place. */
async function setAside({ folder, key, writer }: Place, position: Position, before: string): Promise<void> {
  const path = snapshotPath(folder, key)
  try {
    const lock = await takeLock(join(folder, `${key}.lock`), writer)
    if (lock === undefined) return
    try {
      const { problem } = await readSnapshot(folder, key)
      if (problem !== undefined) position.untold.push(await setSnapshotAside(folder, key, problem))
    } finally {
      await lock.release()
    }
  } catch (error) {
    position.untold.push(
      `${path} cannot be read (${before}) and is passed over; it stays (${messageOf(error)})`,
    )
  }
}
