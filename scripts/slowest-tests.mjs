// Prints the ten slowest tests and the time of every workspace, from the reports that the last `npm test` left.
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { workspaces } from './house/imports.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`.padStart(8)

const files = workspaces(root)
  .map((workspace) => ({ workspace, report: join(root, workspace, 'test-report.json') }))
  .filter(({ report }) => existsSync(report))
  .flatMap(({ workspace, report }) =>
    JSON.parse(readFileSync(report, 'utf8')).testResults.map((file) => ({ workspace, ...file })),
  )
if (files.length === 0) {
  console.error('no test reports: run npm test first')
  process.exit(1)
}

const tests = files.flatMap(({ name, assertionResults }) =>
  assertionResults.map(({ fullName, duration }) => ({
    file: relative(root, name),
    fullName,
    duration: duration ?? 0,
  })),
)
for (const { file, fullName, duration } of tests.sort((a, b) => b.duration - a.duration).slice(0, 10))
  console.log(`${seconds(duration)}  ${file}  ${fullName}`)

console.log('\ntests of a workspace together, files side by side counted one after the other:')
const totals = new Map()
for (const { workspace, assertionResults } of files)
  for (const { duration } of assertionResults)
    totals.set(workspace, (totals.get(workspace) ?? 0) + (duration ?? 0))
for (const [workspace, ms] of totals) console.log(`${seconds(ms)}  ${workspace}`)
