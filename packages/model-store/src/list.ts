import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { checkText } from '@fastflow/core/backend'
import { type AddedModel, readRecord } from './record.ts'

/**
 * The models that were added to a folder of models, in the order of their names; none where it is missing.
 *
 * @throws FastFlowError `invalid-argument`, `model-unreadable` for a damaged record.
 */
export async function addedModels(folder: string): Promise<readonly AddedModel[]> {
  checkText('folder', folder, 'the path of a folder of models')
  const root = resolve(folder)
  const names = await readdir(root).catch(() => [])
  const found: AddedModel[] = []
  for (const name of names.sort()) {
    const record = await readRecord(join(root, name))
    if (record !== undefined) found.push({ name, folder: join(root, name), ...record })
  }
  return found
}
