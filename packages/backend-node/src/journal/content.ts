import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../failure.ts'
import { isOwner } from '../owner.ts'
import { type JournalLine, parseLines } from './line.ts'

/** What lies in one file of a writer. */
export interface JournalFile {
  readonly writer: string
  readonly path: string
  /** Whether it was taken from its writer, who appends to another one by now. */
  readonly retired: boolean
  readonly lines: readonly JournalLine[]
  readonly damaged: number
  /** Whether the file could be read; one that could not stays where it is, and counts as one damaged line. */
  readonly readable: boolean
}

export function journalPath(folder: string, key: string, writer: string): string {
  return join(folder, `${key}.${writer}.journal`)
}

/** Files go when they are folded: more often than this in a row means something else. */
const MOST_ATTEMPTS = 10

/** The files of all writers, in the order of their names. Files of other names are none of ours. */
export async function readJournals(folder: string, key: string): Promise<readonly JournalFile[]> {
  for (let attempt = 1; ; attempt++) {
    const names = await namesIn(folder)
    const own = names.filter((name) => name.startsWith(`${key}.`) && name.endsWith('.journal')).sort()
    const files = await Promise.all(own.map((name) => readJournal(folder, key, name)))
    // One that went while this was reading may lie under another name now; links that lead nowhere never come.
    if (attempt === MOST_ATTEMPTS || !files.includes(undefined))
      return files.filter((file) => file !== undefined).flat()
  }
}

/** @returns undefined where it is gone. */
async function readJournal(
  folder: string,
  key: string,
  name: string,
): Promise<readonly JournalFile[] | undefined> {
  const [writer = '', ...more] = name.slice(key.length + 1, -'.journal'.length).split('.')
  if (!isOwner(writer)) return []
  const file = { writer, path: join(folder, name), retired: more.length > 0 }
  try {
    const text = await readIfThere(file.path)
    return text === undefined ? undefined : [{ ...file, ...parseLines(text, writer), readable: true }]
  } catch {
    return [{ ...file, lines: [], damaged: 1, readable: false }]
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Updates that are not folded yet, each writer's in its order and once, in whatever files they lie. */
export function unfoldedOf(
  files: readonly JournalFile[],
  folded: Readonly<Record<string, number>>,
): readonly unknown[] {
  const writers = new Map<string, Map<number, unknown>>()
  for (const { writer, lines } of files) {
    const updates = writers.get(writer) ?? new Map<number, unknown>()
    writers.set(writer, updates)
    for (const { n, u } of lines) if (n > foldedOf(folded, writer)) updates.set(n, u)
  }
  return [...writers.values()].flatMap((updates) =>
    [...updates].sort(([a], [b]) => a - b).map(([, update]) => update),
  )
}

/** How far a writer's updates are folded. */
export function foldedOf(folded: Readonly<Record<string, number>>, writer: string): number {
  return Object.hasOwn(folded, writer) ? folded[writer]! : 0
}
