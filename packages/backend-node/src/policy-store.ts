import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FastFlowError, type PolicyStore } from '@fastflow/core'
import { checkPolicyKey, policyText } from '@fastflow/core/backend'
import { errorCode, messageOf } from './failure.ts'

/**
 * Policies as JSON files `<key>.json` in one folder, which is created by the first `save`.
 *
 * `save` writes a temporary file beside the old one, flushes it to disk and renames it: after a crash
 * or a full disk the old document is still there, and readers never see half of one. Of several
 * processes that save at once the last wins.
 *
 * @throws FastFlowError `invalid-argument` for a key that is not lower-case letters, digits and
 *   hyphens or a document that is not JSON, `policy-unreadable`, `output-unwritable`.
 */
export function filePolicyStore(folder: string): PolicyStore {
  return {
    version: 1,
    load: async (key) => parse(await read(pathOf(folder, key)), pathOf(folder, key)),
    save: async (key, document) => {
      const path = pathOf(folder, key)
      const text = `${policyText(document)}\n`
      try {
        await mkdir(folder, { recursive: true })
        await replace(path, text)
        await flushFolder(folder)
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

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Makes the rename itself survive a power cut. Windows has no such call and refuses to open folders. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function unreadable(path: string, why: string, cause: unknown): FastFlowError {
  const message = `${path}: the stored policy cannot be read (${why}); restore the file, or delete it to learn anew`
  return new FastFlowError({ code: 'policy-unreadable', field: path, message, cause })
}
