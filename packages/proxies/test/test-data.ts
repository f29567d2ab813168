import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const root = process.env.FASTFLOW_TEST_DATA ?? resolve(import.meta.dirname, '../../../../shared/data')

/** Path of a file that is no part of the repository; undefined where it is absent. */
export function testData(path: string): string | undefined {
  const file = resolve(root, path)
  return existsSync(file) ? file : undefined
}

/** Title of a test that needs such a file. */
export function needing(path: string, title: string): string {
  return testData(path) === undefined ? `${title} (skipped: no ${path} in ${root})` : title
}
