// What is known of a file's mutants: Stryker's own report of it, kept for the next run to begin from.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the result of a source is kept; both paths relative to the repository. */
export function resultPath(path) {
  return `.mutation/results/${path}.json`
}

/** The mutants of a source as it is now, `undefined` while they were not all tried. */
export function resultOf(root, path) {
  const stored = join(root, resultPath(path))
  if (!existsSync(stored)) return undefined
  const { files } = JSON.parse(readFileSync(stored, 'utf8'))
  const { source, mutants } = files[path] ?? { source: undefined, mutants: [] }
  return source === readFileSync(join(root, path), 'utf8') ? { source, mutants } : undefined
}
