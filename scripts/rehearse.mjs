// `pnpm rehearse`: releases the committed state to a registry on this machine, then installs it as users would, in empty
// folders. `--whole` with every package manager, compiler and bundler, and the releases after the first; `--only NAME,...`
// some consumers; `--keep` leaves the folder for a look. Prints `ok` or `FAILED` for each; exit code 1 where one failed.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { consumers } from './rehearse/consumers.mjs'
import { environmentOf } from './rehearse/environment.mjs'
import { startRegistry } from './rehearse/registry.mjs'
import { cloneOf, release } from './rehearse/release.mjs'
import { root } from './release/packages.mjs'

const { values } = parseArgs({
  options: {
    whole: { type: 'boolean', default: false },
    only: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const only = values.only?.split(',')
const unknown = only?.filter((name) => !consumers.some((consumer) => consumer.name === name)) ?? []
if (unknown.length > 0) {
  console.error(
    `no consumer ${unknown.join(', ')}; there are ${consumers.map(({ name }) => name).join(', ')}`,
  )
  process.exit(2)
}
const chosen = consumers.filter(({ name, quick }) => only?.includes(name) ?? (values.whole || quick))

const work = mkdtempSync(join(tmpdir(), 'fastflow-rehearsal-'))
let failed = 0

async function step(name, work_) {
  const began = performance.now()
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`
  try {
    const result = await work_()
    console.log(`ok      ${name} (${seconds()})`)
    return result
  } catch (error) {
    failed += 1
    console.log(`FAILED  ${name} (${seconds()}): ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}

let registry
try {
  registry = await step('registry', () => startRegistry(join(root, 'node_modules/.cache/rehearse'), work))
  if (registry) {
    const env = environmentOf(registry.url, work)
    const clone = await step('clone, install, build', () => cloneOf(work))
    const versions = clone && (await step('version and publish', () => release(clone, env)))
    for (const { name, check } of versions ? chosen : []) {
      const folder = join(work, 'consumers', name)
      mkdirSync(folder, { recursive: true })
      await step(name, () => check({ folder, env, clone, versions, url: registry.url }))
    }
  }
} finally {
  registry?.end()
  if (values.keep) console.log(`kept: ${work}`)
  else rmSync(work, { recursive: true, force: true })
}
console.log(failed === 0 ? 'rehearsed' : `${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
