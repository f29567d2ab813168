import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

/** Names with a scope; without one a name would be a folder's. */
export const packageName: RegExp = /^@[a-z0-9~][\w.~-]*\/[a-z0-9~][\w.~-]*$/

/**
 * The folder of a model that was installed as a package, e.g. `@fastflow/models-emoji`.
 *
 * @param name a name with a scope; a folder that is there under this name is no package.
 * @param from a file that may import the package, where it is not the working folder that may: `import.meta.url`.
 * @returns undefined where `name` is no such name, or nothing is installed under it.
 */
export async function installedModel(name: string, from?: string): Promise<string | undefined> {
  if (!packageName.test(name)) return undefined
  const present = await stat(resolve(name)).catch(() => undefined)
  if (present !== undefined) return undefined
  try {
    return dirname(createRequire(from ?? join(resolve(), 'package.json')).resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}
