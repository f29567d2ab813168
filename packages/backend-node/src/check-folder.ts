import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { checkText } from '@fastflow/core/backend'
import { makeFolder } from './make-folder.ts'
import { temporaryFor } from './temporaries.ts'

/** Makes a folder and proves that files can be written there; leaves none. Throws the error of the file system, and FastFlowError `invalid-argument`. */
export async function checkFolder(folder: string): Promise<void> {
  checkText('folder', folder, 'the path of a folder')
  await makeFolder(folder)
  const probe = temporaryFor(join(folder, '.probe'))
  const file = await open(probe, 'wx')
  try {
    // On a full disk files can be made, but nothing can be written to them.
    await file.writeFile('{}')
    await file.sync()
  } finally {
    await file.close()
    await rm(probe, { force: true })
  }
}
