import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FastFlowError, type PolicyStore } from '@fastflow/core'
import { checkPolicyKey, checkText, policyText } from '@fastflow/core/backend'
import { replaceFile } from './atomic-write.ts'
import { errorCode, messageOf } from './failure.ts'
import { fileJournal } from './journal/file-journal.ts'

/**
 * Policies as JSON files `<key>.json` in one folder, which is created by the first `save`.
 *
 * `save` writes a temporary file beside the old one, flushes it to disk and renames it: after a crash
 * or a full disk the old document is still there, and readers never see half of one. Of several
 * processes that save at once the last wins; what they all have to add to goes into the store's journal,
 * {@link fileJournal}.
 *
 * @throws FastFlowError `invalid-argument` for a key that is not lower-case letters, digits and
 *   hyphens or a document that is not JSON, `policy-unreadable`, `output-unwritable`.
 */
export function filePolicyStore(folder: string): PolicyStore {
  checkText('folder', folder, 'the folder of the policies')
  return {
    version: 1,
    journal: fileJournal(folder),
    load: async (key) => parse(await read(pathOf(folder, key)), pathOf(folder, key)),
    save: async (key, document) => {
      const path = pathOf(folder, key)
      const text = `${policyText(document)}\n`
      try {
        await mkdir(folder, { recursive: true })
        await replaceFile(path, text)
      } catch (error) {
        const message = `${path}: the policy cannot be saved (${messageOf(error)}); choose a writable folder`
        throw new FastFlowError({ code: 'output-unwritable', field: path, message, cause: error })
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
    throw unreadable(path, messageOf(error), error)
  }
}

function parse(text: string | undefined, path: string): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unreadable(path, messageOf(error), error)
  }
}

function unreadable(path: string, why: string, cause: unknown): FastFlowError {
  const message = `${path}: the stored policy cannot be read (${why}); restore the file, or delete it to learn anew`
  return new FastFlowError({ code: 'policy-unreadable', field: path, message, cause })
}
