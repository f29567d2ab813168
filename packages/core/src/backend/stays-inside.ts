/**
 * True when `path` is relative and names something below its folder by its words alone.
 *
 * Rules of Windows and POSIX apply everywhere, so that a folder is as safe on one as on the other.
 */
export function staysInside(path: string): boolean {
  if (path === '' || path.includes('\0') || /^[\\/]/.test(path) || /^[a-z]:/i.test(path)) return false
  return !path.split(/[\\/]/).includes('..')
}
