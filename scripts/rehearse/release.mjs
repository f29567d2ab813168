// Releases, as CONTRIBUTING.md says, from a clone: nothing of this working tree changes, and what is not committed is not there.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { published, root } from '../release/packages.mjs'
import { run } from './run.mjs'

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const pnpm = ['npx', '--yes', packageManager]

/** A clone that is installed and built, with a repository of its own to be published from. */
export async function cloneOf(work) {
  const clone = join(work, 'clone')
  const here = { cwd: root, env: process.env }
  await run(['git', 'clone', '--quiet', root, clone], here)
  const there = { cwd: clone, env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' }, minutes: 30 }
  await run([...pnpm, 'install', '--frozen-lockfile', '--prefer-offline'], there)
  const common = resolve(root, (await run(['git', 'rev-parse', '--git-common-dir'], here)).trim())
  const built = join(common, '..', '.turbo/cache')
  const cache = existsSync(built) ? [`--cache-dir=${built}`] : []
  await run([...pnpm, 'exec', 'turbo', 'run', 'build', '--output-logs=errors-only', ...cache], there)
  const identity = join(clone, 'scripts/identity.json')
  const known = JSON.parse(readFileSync(identity, 'utf8'))
  writeFileSync(identity, JSON.stringify({ ...known, repository: 'https://example.com/rehearsal/fastflow' }))
  await run(['node', 'scripts/identity.mjs'], there)
  await commit(clone, 'rehearsal')
  return clone
}

async function commit(clone, message) {
  const who = ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@example.com']
  const options = { cwd: clone, env: process.env }
  await run(['git', 'add', '-A'], options)
  await run(['git', ...who, 'commit', '--quiet', '--allow-empty', '-m', message], options)
}

export function versionsOf(clone) {
  return new Map(published(clone).map(({ manifest }) => [manifest.name, manifest.version]))
}

/** Adds a changeset: package names to levels. */
export function addChangeset(clone, name, levels) {
  const head = Object.entries(levels).map(([of, level]) => `'${of}': ${level}\n`)
  writeFileSync(join(clone, '.changeset', `${name}.md`), `---\n${head.join('')}---\n\nRehearsed.\n`)
}

/** `changeset pre enter|exit`. */
export async function prerelease(clone, ...args) {
  await run([...pnpm, 'exec', 'changeset', 'pre', ...args], { cwd: clone, env: process.env })
}

/** Versions, commits and publishes. @returns versions by package. */
export async function release(clone, env) {
  const registry = new URL(env.npm_config_registry)
  if (registry.hostname !== '127.0.0.1') throw new Error(`${registry} is not on this machine`)
  // pnpm itself comes from the user's cache.
  const options = { cwd: clone, env: { ...env, npm_config_cache: process.env.npm_config_cache ?? '' } }
  if (options.env.npm_config_cache === '') options.env.npm_config_cache = join(process.env.HOME ?? '', '.npm')
  await run([...pnpm, 'run', 'release:version'], options)
  await commit(clone, 'versions')
  await run([...pnpm, 'run', 'release:publish'], options)
  return versionsOf(clone)
}
