import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FastFlowError, type UpdateJournal } from '@fastflow/core'
import { checkFunction, checkPolicyKey, checkText, policyText } from '@fastflow/core/backend'
import { flushFolder, replaceFile } from '../atomic-write.ts'
import { messageOf } from '../failure.ts'
import {
  type JournalFile,
  journalPath,
  readJournals,
  readSnapshot,
  type Snapshot,
  snapshotPath,
  unfolded,
} from './content.ts'
import { takeLock } from './lock.ts'
import { createWriter, hasEnded } from './writer.ts'

/** Where one writer stands under one key. */
interface Position {
  /** Updates appended so far. */
  count: number
  /** Whether its file exists, its name flushed. */
  begun: boolean
  /** Whether the last line may be half written. */
  torn: boolean
  /** Ends when everything asked for so far is done: appends and compaction take turns. */
  turn: Promise<unknown>
}

/**
 * Updates as JSON lines, one file a writer, `<key>.<writer>.journal`, and what they were folded into, `<key>.snapshot.json`.
 *
 * `append` resolves once its line is flushed to disk. Writers never share a file, so no process waits for another;
 * only `compact` takes a lock, `<key>.lock`, which the next process clears away when its holder has died. It folds this
 * writer's updates and those of processes that have ended. The snapshot says how far each writer's file is in it, so
 * that a crash between writing it and deleting the files counts nothing twice.
 */
export function fileJournal(folder: string): UpdateJournal {
  checkText('folder', folder, 'the folder of the journal')
  const writer = createWriter()
  const positions = new Map<string, Position>()
  const inTurn = <Result>(key: string, work: (position: Position) => Promise<Result>): Promise<Result> => {
    const position = positions.get(key) ?? { count: 0, begun: false, torn: false, turn: Promise.resolve() }
    positions.set(key, position)
    const result = position.turn.then(() => work(position))
    position.turn = result.catch(() => {})
    return result
  }
  return {
    version: 1,
    async append(key, update) {
      const path = journalPath(folder, checkPolicyKey(key), writer)
      const text = policyText(update)
      await inTurn(key, (position) => appendLine(folder, path, position, text))
    },
    async read(key) {
      // Journals first: what is compacted in between is found in the snapshot then.
      const files = await readJournals(folder, checkPolicyKey(key))
      const snapshot = await readSnapshot(folder, key)
      const damaged = files.reduce((sum, file) => sum + file.damaged, 0)
      return { document: snapshot.document, updates: updatesOf(files, snapshot), damaged }
    },
    compact: async (key, fold) => {
      checkPolicyKey(key)
      checkFunction('fold', fold, '(document, updates) => document')
      return inTurn(key, (position) => compactFiles({ folder, key, writer }, position, fold))
    },
  }
}

async function appendLine(folder: string, path: string, position: Position, text: string): Promise<void> {
  const line = `${position.torn ? '\n' : ''}{"n":${position.count + 1},"u":${text}}\n`
  try {
    if (!position.begun) await mkdir(folder, { recursive: true })
    position.torn = true
    const file = await open(path, 'a')
    try {
      await file.appendFile(line)
      await file.sync()
    } finally {
      await file.close()
    }
    if (!position.begun) await flushFolder(folder)
  } catch (error) {
    const message = `${path}: the update cannot be saved (${messageOf(error)}); choose a writable folder`
    // A line that may have got there in spite of the error keeps its number.
    position.count++
    throw new FastFlowError({ code: 'output-unwritable', field: path, message, cause: error })
  }
  Object.assign(position, { count: position.count + 1, begun: true, torn: false })
}

interface Place {
  readonly folder: string
  readonly key: string
  readonly writer: string
}

async function compactFiles(
  place: Place,
  position: Position,
  fold: (document: unknown, updates: readonly unknown[]) => unknown,
): Promise<boolean> {
  const { folder, key, writer } = place
  await mkdir(folder, { recursive: true })
  const lock = await takeLock(join(folder, `${key}.lock`), writer)
  if (lock === undefined) return false
  try {
    const files = await readJournals(folder, key)
    const snapshot = await readSnapshot(folder, key)
    const mine = await foldable(files, writer)
    const document = fold(snapshot.document, updatesOf(mine, snapshot))
    const next: Snapshot = {
      ...snapshot,
      folded: foldedOf(files, mine, snapshot),
      document: JSON.parse(policyText(document)),
    }
    const path = snapshotPath(folder, key)
    if (!(await replaceFile(path, `${JSON.stringify(next)}\n`, lock.isHeld))) return false
    for (const file of mine) await rm(file.path, { force: true })
    Object.assign(position, { begun: false, torn: false })
    return true
  } finally {
    await lock.release()
  }
}

/** Files nobody else will append to. */
async function foldable(files: readonly JournalFile[], writer: string): Promise<readonly JournalFile[]> {
  const ended = await Promise.all(
    files.map(async (file) => file.writer === writer || (await hasEnded(file.writer, file.path))),
  )
  return files.filter((_, i) => ended[i])
}

/** Of writers whose files are there: the others' have been folded whole and deleted. */
function foldedOf(
  files: readonly JournalFile[],
  mine: readonly JournalFile[],
  { folded }: Snapshot,
): Record<string, number> {
  const entries = files.flatMap((file): [string, number][] => {
    const last = Object.hasOwn(folded, file.writer) ? folded[file.writer]! : 0
    const now = mine.includes(file) ? Math.max(last, file.lines.at(-1)?.n ?? 0) : last
    return now > 0 ? [[file.writer, now]] : []
  })
  return Object.fromEntries(entries)
}

function updatesOf(files: readonly JournalFile[], snapshot: Snapshot): readonly unknown[] {
  return files.flatMap((file) => unfolded(file, snapshot).map(({ u }) => u))
}
