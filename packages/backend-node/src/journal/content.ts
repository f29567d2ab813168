import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FastFlowError, isRecord } from '@fastflow/core'
import { errorCode, messageOf } from '../failure.ts'

/** One update and its place among those of its writer, from 1. */
export interface JournalLine {
  readonly n: number
  readonly u: unknown
}

/** What one writer has appended. */
export interface JournalFile {
  readonly writer: string
  readonly path: string
  readonly lines: readonly JournalLine[]
  readonly damaged: number
}

/** The document, and for each writer the last of its updates that is in it. */
export interface Snapshot {
  readonly format: 'fastflow-journal'
  readonly version: 1
  readonly folded: Readonly<Record<string, number>>
  readonly document: unknown
}

export function snapshotPath(folder: string, key: string): string {
  return join(folder, `${key}.snapshot.json`)
}

export function journalPath(folder: string, key: string, writer: string): string {
  return join(folder, `${key}.${writer}.journal`)
}

/** The files of all writers, in the order of their names. */
export async function readJournals(folder: string, key: string): Promise<readonly JournalFile[]> {
  const names = await readdir(folder).catch((error) => {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  })
  const own = names.filter((name) => name.startsWith(`${key}.`) && name.endsWith('.journal')).sort()
  const files = await Promise.all(
    own.map(async (name) => {
      const path = join(folder, name)
      const text = await readIfThere(path)
      const writer = name.slice(key.length + 1, -'.journal'.length)
      return text === undefined ? [] : [{ writer, path, ...parseLines(text) }]
    }),
  )
  return files.flat()
}

/** @throws FastFlowError `policy-unreadable`. */
export async function readSnapshot(folder: string, key: string): Promise<Snapshot> {
  const path = snapshotPath(folder, key)
  const text = await readIfThere(path)
  if (text === undefined) return { format: 'fastflow-journal', version: 1, folded: {}, document: undefined }
  let problem: string
  try {
    const value: unknown = JSON.parse(text)
    if (
      isRecord(value) &&
      value.format === 'fastflow-journal' &&
      value.version === 1 &&
      isRecord(value.folded)
    )
      return value as unknown as Snapshot
    problem = 'it is no snapshot of a journal'
  } catch (error) {
    problem = messageOf(error)
  }
  const message = `${path}: the stored policy cannot be read (${problem}); restore the file, or delete it to learn anew`
  throw new FastFlowError({ code: 'policy-unreadable', field: path, message })
}

/** Lines of a file that the snapshot does not have yet. */
export function unfolded({ writer, lines }: JournalFile, { folded }: Snapshot): readonly JournalLine[] {
  const last = Object.hasOwn(folded, writer) ? folded[writer]! : 0
  return lines.filter(({ n }) => n > last)
}

/** Lines that a crash or a full disk cut short are counted and passed over. */
function parseLines(text: string): Pick<JournalFile, 'lines' | 'damaged'> {
  const lines: JournalLine[] = []
  let damaged = 0
  for (const line of text.split('\n')) {
    if (line === '') continue
    try {
      const value = JSON.parse(line)
      if (!(isRecord(value) && Number.isInteger(value.n))) throw new TypeError('no update')
      lines.push(value as unknown as JournalLine)
    } catch {
      damaged++
    }
  }
  return { lines, damaged }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
