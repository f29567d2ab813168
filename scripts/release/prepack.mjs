// Runs before a package is packed, in its folder: refuses one that was not built, or lacks a file that every
// tarball has.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const targets = [manifest.exports, manifest.bin].flatMap(filesOf).filter((file) => !file.includes('*'))
const documents = ['README.md', 'LICENSE', ...(manifest.version === '0.0.0' ? [] : ['CHANGELOG.md'])]

/** Every path that an `exports` or `bin` names. */
function filesOf(value) {
  if (typeof value === 'string') return [value]
  return Object.values(value ?? {}).flatMap(filesOf)
}

/** Sources without a built file beside their name, or with an older one. */
function unbuilt() {
  const build = manifest.scripts?.build ?? ''
  if (!existsSync('src') || !build.includes('tsc')) return []
  return readdirSync('src', { recursive: true })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .filter((file) => !existsSync(join('dist', file.replace(/\.ts$/, '.js'))))
    .map((file) => `dist lacks what src/${file} is built to: build it first`)
}

const missing = [...targets, ...documents]
  .filter((file) => !existsSync(file))
  .map((file) => `${file} is missing`)
const problems = [...missing, ...unbuilt()]
for (const problem of problems) console.error(`${manifest.name} cannot be packed: ${problem}`)
process.exit(problems.length > 0 ? 1 : 0)
