// Before `changeset version`: a release that leaves the caret range of the one before (a minor of 0.x, a major of others) is
// such a release of every package that depends on it, directly or not, so that ranges never ask for two copies of one package.
// Writes `.changeset/carried.md` where pending changesets don't say so themselves.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { published, root } from './packages.mjs'

const levels = ['none', 'patch', 'minor', 'major']
const rank = (level) => levels.indexOf(level ?? 'none')

/** The level that leaves the caret range of a version. */
function leaving(version) {
  return version.startsWith('0.') ? 'minor' : 'major'
}

/**
 * What has to be released beside what is declared.
 *
 * @param manifests of what is published.
 * @param declared name to level.
 * @returns name to level of those that the declared ones carry along, without those that are declared so.
 */
export function carried(manifests, declared) {
  const wanted = new Map(declared)
  const leaves = ({ name, version }) => rank(wanted.get(name)) >= rank(leaving(version))
  const dependents = manifests.map((manifest) => ({
    manifest,
    on: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
  }))
  const moving = manifests.filter(leaves)
  for (const { name } of moving)
    for (const { manifest, on } of dependents)
      if (on.includes(name) && !leaves(manifest)) {
        wanted.set(manifest.name, leaving(manifest.version))
        moving.push(manifest)
      }
  return new Map([...wanted].filter(([name, level]) => rank(declared.get(name)) < rank(level)))
}

/** Levels that a changeset declares, by package. */
export function levelsOf(changeset) {
  const [, head = ''] = changeset.match(/^---\r?\n([\s\S]*?)---/) ?? []
  return [...head.matchAll(/^['"]?([^'"\n:]+)['"]?:\s*(patch|minor|major)\s*$/gm)].map(([, name, level]) => [
    name,
    level,
  ])
}

/** The highest level that pending changesets declare, by package; those that a prerelease has used already don't count. */
function pending(folder) {
  const pre = join(folder, 'pre.json')
  const used = existsSync(pre) ? JSON.parse(readFileSync(pre, 'utf8')).changesets : []
  const declared = new Map()
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.md') || used.includes(file.slice(0, -3))) continue
    for (const [name, level] of levelsOf(readFileSync(join(folder, file), 'utf8')))
      if (rank(level) > rank(declared.get(name))) declared.set(name, level)
  }
  return declared
}

function main() {
  const folder = join(root, '.changeset')
  const manifests = published().map(({ manifest }) => manifest)
  const levels = [...carried(manifests, pending(folder))].sort()
  if (levels.length === 0) return
  // A prerelease keeps its changesets until it ends, and uses none twice.
  const names = Array.from({ length: 1000 }, (_, n) => join(folder, `carried${n === 0 ? '' : `-${n}`}.md`))
  const path = names.find((name) => !existsSync(name))
  const head = levels.map(([name, level]) => `'${name}': ${level}\n`).join('')
  writeFileSync(path, `---\n${head}---\n\nTakes the new releases of the FastFlow packages it depends on.\n`)
  for (const [name, level] of levels) console.log(`${name}: ${level}, as what it depends on`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main()
