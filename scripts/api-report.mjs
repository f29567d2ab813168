// Writes or checks docs/api/*.api.md: every exported name of every published entry with its type, so that a change of the
// public types shows in the diff. `node scripts/api-report.mjs` writes them (after a build), `--check` fails where one differs.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { entries, extract, root } from './api/extract.mjs'

const reports = join(root, 'docs/api')
const check = process.argv.includes('--check')

/** The report of one entry; api-extractor writes it to a folder of its own. */
function reportOf(entry) {
  const out = mkdtempSync(join(tmpdir(), 'fastflow-api-'))
  try {
    extract(entry, out)
    return readFileSync(join(out, `${entry.name}.api.md`), 'utf8')
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

const changed = entries().filter((entry) => {
  const path = join(reports, `${entry.name}.api.md`)
  const text = reportOf(entry)
  if (existsSync(path) && readFileSync(path, 'utf8').replaceAll('\r\n', '\n') === text) return false
  if (!check) writeFileSync(path, text)
  return true
})
for (const { name } of changed)
  console.log(
    check
      ? `docs/api/${name}.api.md differs from the built types: run npm run api, and look at the difference`
      : `wrote docs/api/${name}.api.md`,
  )
process.exit(check && changed.length > 0 ? 1 : 0)
