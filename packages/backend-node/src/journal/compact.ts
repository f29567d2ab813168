import { randomBytes } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { policyText } from '@fastflow/core/backend'
import { ageOf } from '../age.ts'
import { replaceFile } from '../atomic-write.ts'
import { makeFolder } from '../make-folder.ts'
import { isOfBefore, leaseOf, stateOf } from '../owner.ts'
import { foldedOf, type JournalFile, readJournals, unfoldedOf } from './content.ts'
import { takeLock } from './lock.ts'
import type { Place, Position } from './place.ts'
import { readSnapshot, type Snapshot, setSnapshotAside, snapshotPath } from './snapshot.ts'

/** Writers of earlier versions do not notice that their file was taken away: they have to be silent for a day. */
const OF_BEFORE_MS = 24 * 3600 * 1000

/** Writers without a file that are remembered: one whose file was taken from it may append that line once more. */
const REMEMBERED = 1000

/** @returns false where another process is at it. */
export async function compactFiles(
  place: Place,
  position: Position,
  fold: (document: unknown, updates: readonly unknown[]) => unknown,
): Promise<boolean> {
  const { folder, key, writer } = place
  await makeFolder(folder)
  const lock = await takeLock(join(folder, `${key}.lock`), writer)
  if (lock === undefined) return false
  try {
    const { snapshot, problem } = await readSnapshot(folder, key)
    if (problem !== undefined) position.untold.push(await setSnapshotAside(folder, key, problem))
    await retireSilent(place)
    const files = await readJournals(folder, key)
    const mine = files.filter((file) => isFoldable(file, writer))
    const document = fold(snapshot.document, unfoldedOf(mine, snapshot.folded))
    const next: Snapshot = {
      ...snapshot,
      folded: nextFolded(files, mine, snapshot),
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

/**
 * Takes the files of writers that nobody here can ask about, and that were silent for long, from them: under another name
 * nobody appends to them. Whoever lives after all notices, since a line has to be where it was written.
 */
async function retireSilent({ folder, key, writer }: Place): Promise<void> {
  for (const { path, retired, writer: other } of await readJournals(folder, key)) {
    if (retired || other === writer || stateOf(other) !== 'unknown') continue
    const silent = (await ageOf(path)) ?? 0
    if (silent <= (isOfBefore(other) ? OF_BEFORE_MS : leaseOf(other))) continue
    const name = `${key}.${other}.${randomBytes(4).toString('hex')}.journal`
    await rename(path, join(folder, name)).catch(() => {})
  }
}

/** Whether nobody else will append to a file. */
function isFoldable({ writer: other, retired, readable }: JournalFile, writer: string): boolean {
  return readable && (retired || other === writer || stateOf(other) === 'ended')
}

/** What the snapshot has to say of writers: not of those that have ended and whose files are gone. */
function nextFolded(
  files: readonly JournalFile[],
  mine: readonly JournalFile[],
  { folded }: Snapshot,
): Record<string, number> {
  const there = new Set(files.map(({ writer }) => writer))
  const silent = Object.entries(folded).filter(([other]) => !there.has(other) && stateOf(other) !== 'ended')
  const next = new Map(silent.slice(-REMEMBERED))
  for (const file of files) {
    const last = next.get(file.writer) ?? foldedOf(folded, file.writer)
    const now = mine.includes(file) ? file.lines.reduce((most, { n }) => Math.max(most, n), last) : last
    if (now > 0) next.set(file.writer, now)
  }
  return Object.fromEntries(next)
}
