import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { replaceFile } from '@fastflow/backend-node'
import { FastFlowError } from '@fastflow/core'
import { writeWhole } from './files.ts'
import type { Io } from './io.ts'

/**
 * Writes a result that cost much work. Where that fails at the end, though it could be written to at the beginning, the result is
 * kept elsewhere and the error says where.
 *
 * @throws FastFlowError `output-unwritable`.
 */
export async function writeResult(io: Io, path: string, text: string, option = '--out'): Promise<void> {
  try {
    await writeWhole(path, text, option)
  } catch (cause) {
    if (!FastFlowError.isInstance(cause)) throw cause
    const message = `${cause.message}; the result is kept ${await rescue(io, basename(path), text)}`
    throw new FastFlowError({ code: cause.code, field: cause.field, message, cause })
  }
}

/** Keeps a result in the folder for temporary files, or else prints it. @returns where it is, in words. */
export async function rescue(io: Io, name: string, text: string): Promise<string> {
  const path = join(tmpdir(), `fastflow-${randomUUID()}-${name}`)
  try {
    await replaceFile(path, text)
    return `in ${path}`
  } catch {
    io.out(text.trimEnd())
    return 'on standard output'
  }
}
