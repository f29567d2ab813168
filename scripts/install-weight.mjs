// What an installation weighs: `node scripts/install-weight.mjs FOLDER` with the folder that has node_modules. Packages from the
// heaviest on, and of those with binaries of many platforms each platform; then what this platform alone would take.
import { lstatSync, readdirSync } from 'node:fs'
import { join, sep } from 'node:path'

/** Lighter packages are summed up. */
const least = 1e6
/** What of a path names a platform, as in `bin/napi-v6/linux/x64/`. */
const platform = /[/\\](linux|darwin|win32)[/\\](x64|arm64)[/\\]/

/** Every file below a folder once: `{ path, bytes }`. Links, which lead to what is weighed elsewhere, have none. */
function* filesBelow(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const about = lstatSync(path)
    if (about.isDirectory()) yield* filesBelow(path)
    else if (about.isFile()) yield { path, bytes: about.size }
  }
}

/** The package that a file belongs to: that of the innermost node_modules. */
function packageOf(path) {
  const [scope, name] = path.split(`node_modules${sep}`).at(-1).split(sep)
  return scope.startsWith('@') ? `${scope}/${name}` : scope
}

const add = (sums, name, bytes) => sums.set(name, (sums.get(name) ?? 0) + bytes)
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1).padStart(7)} MB`
const byWeight = (sums) => [...sums].sort(([, a], [, b]) => b - a)

/** @returns weights in bytes: all of it, each package, the platforms of each, and what other platforms need. */
export function weigh(folder) {
  const weights = { total: 0, packages: new Map(), platforms: new Map(), foreign: 0 }
  const own = `${process.platform}/${process.arch}`
  for (const { path, bytes } of filesBelow(join(folder, 'node_modules'))) {
    const name = packageOf(path)
    weights.total += bytes
    add(weights.packages, name, bytes)
    const found = platform.exec(path)
    if (found === null) continue
    const named = `${found[1]}/${found[2]}`
    if (!weights.platforms.has(name)) weights.platforms.set(name, new Map())
    add(weights.platforms.get(name), named, bytes)
    if (named !== own) weights.foreign += bytes
  }
  return weights
}

/** {@link weigh} as lines. */
export function weightLines({ total, packages, platforms, foreign }) {
  const lines = [`${megabytes(total)}  all of it`]
  let rest = 0
  for (const [name, bytes] of byWeight(packages)) {
    if (bytes < least) {
      rest += bytes
      continue
    }
    lines.push(`${megabytes(bytes)}  ${name}`)
    for (const [of, part] of byWeight(platforms.get(name) ?? new Map()))
      lines.push(`${megabytes(part)}    ${of}`)
  }
  lines.push(`${megabytes(rest)}  packages below ${least / 1e6} MB`)
  lines.push(
    `${megabytes(total - foreign)}  without binaries of other platforms than ${process.platform}/${process.arch}`,
  )
  return lines
}

if (process.argv[1] === import.meta.filename) {
  const [folder] = process.argv.slice(2)
  if (folder === undefined) {
    console.error('usage: node scripts/install-weight.mjs FOLDER (the one that has node_modules)')
    process.exit(2)
  }
  for (const line of weightLines(weigh(folder))) console.log(line)
}
