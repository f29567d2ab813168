import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { checkText } from '@fastflow/core/backend'
import { notFound, writing } from './errors.ts'
import { addedModels } from './list.ts'
import { checkName } from './names.ts'
import { PARTIAL } from './partial.ts'
import type { AddedModel } from './record.ts'

/**
 * Removes an added model, and what is partly there of one of this name.
 *
 * @returns what was removed; undefined where only a part of it was there.
 * @throws FastFlowError `model-not-found` listing the added models, `output-unwritable`, `invalid-argument`.
 */
export async function removeModel(folder: string, name: string): Promise<AddedModel | undefined> {
  checkText('folder', folder, 'the path of a folder of models')
  checkName(name)
  const root = resolve(folder)
  const added = await addedModels(root)
  const model = added.find((one) => one.name === name)
  const partial = join(root, PARTIAL, name)
  const isPartial = (await readdir(partial).catch(() => [])).length > 0
  if (model === undefined && !isPartial) {
    const names = added.map((one) => one.name).join(', ') || 'none'
    throw notFound('name', `name: no model ${name} was added; added are: ${names}`)
  }
  await writing(root, async () => {
    // Nobody finds half of a model: it loses its name first.
    if (model !== undefined) {
      await mkdir(partial, { recursive: true })
      await rename(model.folder, join(partial, 'removed'))
    }
    await rm(partial, { recursive: true, force: true })
  })
  return model
}
