import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { checkText } from '@fastflow/core/backend'

/** Names with a scope; without one a name would be a folder's. */
export const packageName: RegExp = /^@[a-z0-9~][\w.~-]*\/[a-z0-9~][\w.~-]*$/

/**
 * The folder of a model that was installed as a package, e.g. `@fastflow/models-emoji`.
 *
 * @param name a name with a scope; where it is the path of something in `folder`, it names no package.
 * @param folder whose files may import the package; the working folder by default.
 * @throws FastFlowError `invalid-argument` for what is no text.
 * @returns undefined where `name` is no such name, or nothing is installed under it.
 */
export async function installedModel(name: string, folder = '.'): Promise<string | undefined> {
  checkText('name', name, 'the name of a package, or of anything else')
  checkText('folder', folder, 'the path of a folder')
  if (!packageName.test(name)) return undefined
  const present = await stat(resolve(folder, name)).catch(() => undefined)
  if (present !== undefined) return undefined
  try {
    return dirname(createRequire(join(resolve(folder), 'package.json')).resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}
