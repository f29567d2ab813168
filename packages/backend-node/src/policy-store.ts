import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { PolicyStore } from '@fastflow/core'
import { checkPolicyKey, policyText } from '@fastflow/core/backend'
import { replaceFile } from './atomic-write.ts'
import { checkFolder } from './check-folder.ts'
import { errorCode, messageOf } from './failure.ts'
import { fileJournal } from './journal/file-journal.ts'
import { pathOf } from './location.ts'
import { makeFolder } from './make-folder.ts'
import { NotAFile, readRegularFile } from './regular-file.ts'
import { unreadablePolicy, unwritable } from './unwritable.ts'

/** Plans, policies and measured runs are smaller. */
const maxPolicyBytes = 64 * 2 ** 20

/**
 * Policies as JSON files `<key>.json` in one folder, which is created by the first `save`.
 *
 * `save` writes a temporary file beside the old one, flushes it to disk and renames it: after a crash
 * or a full disk the old document is still there, and readers never see half of one. An old document that `load` found
 * damaged is kept beside the new one, as `<key>.json.<time>.damaged`. Temporary files of killed processes are removed. Of
 * several processes that save at once the last wins; what they all have to add to goes into the store's journal,
 * {@link fileJournal}.
 *
 * @param location a path or a `file:` address.
 * @throws FastFlowError `invalid-argument` for a key that is not lower-case letters, digits and
 *   hyphens or a document that is not JSON, `policy-unreadable`, `output-unwritable`.
 */
export function filePolicyStore(location: string | URL): PolicyStore {
  const folder = pathOf(location, 'folder', 'a folder of policies')
  const damaged = new Set<string>()
  return {
    version: 1,
    journal: fileJournal(folder),
    check: () => check(folder),
    load: async (key) => {
      const path = fileOf(folder, key)
      const text = await read(path, damaged)
      try {
        return text === undefined ? undefined : JSON.parse(text)
      } catch (error) {
        damaged.add(path)
        throw unreadablePolicy(path, messageOf(error), error)
      }
    },
    save: async (key, document) => {
      const path = fileOf(folder, key)
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

function fileOf(folder: string, key: string): string {
  return join(folder, `${checkPolicyKey(key)}.json`)
}

async function read(path: string, damaged: Set<string>): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await readRegularFile(path, maxPolicyBytes))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    // A folder is none of ours, and stays where it is.
    if (!(error instanceof NotAFile && error.kind === 'folder')) damaged.add(path)
    throw unreadablePolicy(path, messageOf(error), error)
  }
}

async function check(folder: string): Promise<void> {
  try {
    await checkFolder(folder)
  } catch (error) {
    throw unwritable(folder, 'policies cannot be saved here', error)
  }
}
