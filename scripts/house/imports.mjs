// The files of every workspace and which of their neighbours each imports, types included.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'

const statement =
  /^\s*(?:import|export)\b[^'"]*?\bfrom\s+['"](\.[^'"]+)['"]|^\s*import\s+['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]\s*\)/gm

/** Folders of the workspaces, e.g. `packages/core`. */
export function workspaces(root) {
  return ['packages', 'apps', 'integrations'].flatMap((group) =>
    readdirSync(join(root, group))
      .map((name) => `${group}/${name}`)
      .filter((folder) => existsSync(join(root, folder, 'package.json'))),
  )
}

/** Sources below `src` of one workspace: their paths below it, lines, and the paths they import. */
export function sourcesOf(root, folder) {
  const src = join(root, folder, 'src')
  if (!existsSync(src)) return []
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(src, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(src, path), 'utf8')
      const imports = [...text.matchAll(statement)].map(([, from, bare, lazy]) =>
        posix.normalize(posix.join(dirname(path), from ?? bare ?? lazy)),
      )
      return { path, lines: text.split('\n').length - 1, imports: [...new Set(imports)] }
    })
}
