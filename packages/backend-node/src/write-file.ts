import { dirname, resolve } from 'node:path'
import { invalidArgument } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'
import { replaceFile } from './atomic-write.ts'
import { pathOf } from './location.ts'
import { makeFolder } from './make-folder.ts'
import { unwritable } from './unwritable.ts'

/**
 * Writes a file, whole or not at all; its folder is made where it is missing.
 *
 * @param location a path or a `file:` address.
 * @throws FastFlowError `output-unwritable`, `invalid-argument`.
 */
export async function writeFile(location: string, bytes: Uint8Array): Promise<void> {
  const path = resolve(pathOf(location, 'path', 'a file'))
  if (!(bytes instanceof Uint8Array)) throw invalidArgument('bytes', `${shown(bytes)} is no Uint8Array`)
  try {
    await makeFolder(dirname(path))
    await replaceFile(path, bytes)
  } catch (cause) {
    throw unwritable(path, 'cannot be written', cause)
  }
}
