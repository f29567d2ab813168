import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PolicyStore } from '@fastflow/core'
import { checkPolicyKey, policyText } from '@fastflow/core/backend'
import { replaceFile } from './atomic-write.ts'
import { errorCode, messageOf } from './failure.ts'
import { fileJournal } from './journal/file-journal.ts'
import { makeFolder } from './make-folder.ts'
import { temporaryFor } from './temporaries.ts'
import { unreadable, unreadablePolicy, unwritable } from './unwritable.ts'

/**
 * Policies as JSON files `<key>.json` in one folder, which is created by the first `save`.
 *
 * `save` writes a temporary file beside the old one, flushes it to disk and renames it: after a crash
 * or a full disk the old document is still there, and readers never see half of one. An old document that `load` found
 * damaged is kept beside the new one, as `<key>.json.<time>.damaged`. Temporary files of killed processes are removed. Of
 * several processes that save at once the last wins; what they all have to add to goes into the store's journal,
 * {@link fileJournal}.
 *
 * @throws FastFlowError `invalid-argument` for a key that is not lower-case letters, digits and
 *   hyphens or a document that is not JSON, `policy-unreadable`, `output-unwritable`.
 */
export function filePolicyStore(folder: string): PolicyStore {
  const damaged = new Set<string>()
  return {
    version: 1,
    journal: fileJournal(folder),
    check: () => checkFolder(folder),
    load: async (key) => {
      const path = pathOf(folder, key)
      const text = await read(path)
      try {
        return text === undefined ? undefined : JSON.parse(text)
      } catch (error) {
        damaged.add(path)
        throw unreadablePolicy(path, messageOf(error), error)
      }
    },
    save: async (key, document) => {
      const path = pathOf(folder, key)
      const text = `${policyText(document)}\n`
      try {
        await makeFolder(folder)
        if (damaged.delete(path)) await rename(path, `${path}.${Date.now()}.damaged`)
        await replaceFile(path, text)
      } catch (error) {
        throw unwritable(path, 'the policy cannot be saved', error)
      }
    },
  }
}

function pathOf(folder: string, key: string): string {
  return join(folder, `${checkPolicyKey(key)}.json`)
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw unreadable(path, error)
  }
}

async function checkFolder(folder: string): Promise<void> {
  const probe = temporaryFor(join(folder, 'probe'))
  try {
    await makeFolder(folder)
    const file = await open(probe, 'wx')
    try {
      // On a full disk files can be made, but nothing can be written to them.
      await file.writeFile('{}')
      await file.sync()
    } finally {
      await file.close()
      await rm(probe, { force: true })
    }
  } catch (error) {
    throw unwritable(folder, 'policies cannot be saved here', error)
  }
}
