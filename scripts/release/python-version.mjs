// After `changeset version`: gives the Python package the version of @fastflow/core, whose plans and recordings it reads and writes.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './packages.mjs'

const path = join(root, 'integrations/diffusers/pyproject.toml')
const line = /^version = "(.*)"$/m

/** A version of npm as Python's packages write it: 0.2.0-next.1 is 0.2.0.dev1. */
export function pythonVersion(version) {
  return version.replace(/-[a-z]+\.(\d+)$/, '.dev$1')
}

/** The version of @fastflow/core, and that of the Python package, both as Python writes it. */
export function versions() {
  const { version } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8'))
  return { core: pythonVersion(version), python: line.exec(readFileSync(path, 'utf8'))?.[1] }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { core } = versions()
  writeFileSync(path, readFileSync(path, 'utf8').replace(line, `version = "${core}"`))
}
