import { realpath } from 'node:fs/promises'
import { isAbsolute, posix, relative, resolve, win32 } from 'node:path'

/**
 * True when `path` is relative and names something below its folder by its words alone.
 *
 * Rules of Windows and POSIX apply everywhere, so that a folder is as safe on one as on the other.
 */
export function staysInside(path: string): boolean {
  if (path === '' || path.includes('\0') || posix.isAbsolute(path) || win32.isAbsolute(path)) return false
  if (/^[a-z]:/i.test(path)) return false
  return !path.split(/[\\/]/).includes('..')
}

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
