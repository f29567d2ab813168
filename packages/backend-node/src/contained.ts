import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'

/**
 * The real path of `path` below `root`, or undefined where a symbolic link leads out of it.
 *
 * @throws the file system's own error when there is no such file.
 */
export async function resolveInside(root: string, path: string): Promise<string | undefined> {
  const [realRoot, real] = await Promise.all([realpath(root), realpath(resolve(root, path))])
  const rest = relative(realRoot, real)
  const outside = isAbsolute(rest) || rest.split(/[\\/]/)[0] === '..'
  return outside ? undefined : real
}
