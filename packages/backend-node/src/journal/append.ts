import { open, rm, stat } from 'node:fs/promises'
import { flushFolder } from '../atomic-write.ts'
import { makeFolder } from '../make-folder.ts'
import { unwritable } from '../unwritable.ts'
import { journalPath } from './content.ts'
import { lineOf } from './line.ts'
import type { Place, Position } from './place.ts'

/** Appends an update; when this resolves, it is on disk in a file that nobody has taken away. */
export async function appendLine(
  { folder, key, writer }: Place,
  position: Position,
  text: string,
): Promise<void> {
  const path = journalPath(folder, key, writer)
  // A line that may have got there in spite of an error keeps its number.
  const line = lineOf(writer, ++position.count, text)
  try {
    await makeFolder(folder)
    // Somebody who took this process for dead may fold the file at this moment. The line goes into a new one then, under
    // the same number: it counts once, whether the other has seen it or not. Once is enough, since nobody takes a new file; some
    // file systems number a file anew each time it is looked at.
    if (!(await appendTo(path, line, position))) {
      position.begun = false
      await appendTo(path, line, position)
    }
    if (!position.begun) await flushFolder(folder)
    position.begun = true
  } catch (error) {
    if (!position.begun && (await removeEmpty(path))) position.torn = false
    throw unwritable(path, 'the update cannot be saved', error)
  }
}

/** On a full disk a file can be made though nothing can be written to it. */
async function removeEmpty(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).size > 0) return false
    await rm(path)
    return true
  } catch {
    return false
  }
}

/** @returns whether the file is still there under its name. */
async function appendTo(path: string, line: string, position: Position): Promise<boolean> {
  const before = position.torn ? '\n' : ''
  position.torn = true
  const file = await open(path, 'a')
  try {
    await file.appendFile(before + line)
    await file.sync()
    position.torn = false
    const written = await file.stat({ bigint: true })
    const there = await stat(path, { bigint: true }).catch(() => undefined)
    return there !== undefined && there.ino === written.ino && there.dev === written.dev
  } finally {
    await file.close()
  }
}
