import { staysInside } from '@fastflow/core/backend'
import { isSystemError, mismatch } from '../errors.ts'

/** What the entries of a tarball may be: a link leads to what the archive does not hold. */
const kinds = ['File', 'OldFile', 'ContiguousFile', 'Directory']

/**
 * Unpacks a tarball, compressed or not, into an empty folder, without the folder that all its entries are in (npm: `package`).
 *
 * @param source what the tarball is of, for errors.
 * @throws FastFlowError `model-mismatch` for an entry that leads out of the folder, for links and for what is no tarball; the file
 *   system's own errors.
 */
export async function unpack(file: string, folder: string, source: string): Promise<void> {
  const { extract } = await import('tar')
  let refused: string | undefined
  try {
    await extract({
      file,
      cwd: folder,
      strip: 1,
      strict: true,
      noMtime: true,
      filter: (path, entry) => {
        if (refused !== undefined) return false
        const kind = 'type' in entry ? entry.type : ''
        if (!staysInside(path)) refused = `${path} leads out of it`
        else if (!kinds.includes(kind)) refused = `${path} is a ${kind}, not a file`
        return refused === undefined
      },
    })
  } catch (cause) {
    if (refused === undefined && isSystemError(cause)) throw cause
    refused ??= `it is damaged or no tarball (${cause instanceof Error ? cause.message : cause})`
  }
  if (refused !== undefined)
    throw mismatch('source', `source: the tarball ${source} is refused: ${refused}; ask who offers it`)
}
