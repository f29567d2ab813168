import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const data = process.env.FASTFLOW_TEST_DATA ?? resolve(import.meta.dirname, '../../../../shared/data')

/** Where tokenizers of others lie that are no part of the repository. */
const reference = resolve(data, '../reference')

/** Path of a file of theirs; undefined where it is absent. */
export function referenceFile(path: string): string | undefined {
  const file = resolve(reference, path)
  return existsSync(file) ? file : undefined
}
