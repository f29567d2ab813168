// What is published: every folder of packages/, apps/ and models/ whose manifest is not private.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every manifest of the repository: `{ folder, manifest }`, e.g. `packages/core`. */
export function manifests(from = root) {
  return ['packages', 'apps', 'models'].flatMap((group) =>
    readdirSync(join(from, group))
      .map((name) => `${group}/${name}`)
      .filter((folder) => existsSync(join(from, folder, 'package.json')))
      .map((folder) => ({
        folder,
        manifest: JSON.parse(readFileSync(join(from, folder, 'package.json'), 'utf8')),
      })),
  )
}

/** Those that are published. */
export function published(from = root) {
  return manifests(from).filter(({ manifest }) => !manifest.private)
}
