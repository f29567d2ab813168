// Writes docs/reference: a page for every exported name of every published entry with its docstring, by api-documenter, from what
// was built. Git ignores the folder.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { entries, extract, root } from './api/extract.mjs'

const reference = join(root, 'docs/reference')
const documenter = dirname(fileURLToPath(import.meta.resolve('@microsoft/api-documenter/package.json')))

const models = mkdtempSync(join(tmpdir(), 'fastflow-reference-'))
try {
  for (const entry of entries()) {
    extract(entry, models, true)
    nameAfterEntry(entry)
  }
  rmSync(reference, { recursive: true, force: true })
  mkdirSync(reference, { recursive: true })
  const command = [join(documenter, 'bin/api-documenter'), 'markdown', '-i', models, '-o', reference]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`api-documenter failed\n${stdout}${stderr}`)
  console.log(`docs/reference: ${readdirSync(reference).length} pages, docs/reference/index.md is the first`)
} finally {
  rmSync(models, { recursive: true, force: true })
}

/**
 * Entries of a package all have its name, and api-documenter takes one of each: `./backend` of core becomes `core-backend`. What a
 * package is for stands in its manifest.
 */
function nameAfterEntry({ folder, name }) {
  const path = join(models, `${name}.api.json`)
  const { name: own, description } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const model = JSON.parse(readFileSync(path, 'utf8').replaceAll(`"${own}!`, `"@fastflow/${name}!`))
  model.name = `@fastflow/${name}`
  model.docComment = `/**\n * ${description}\n *\n * @packageDocumentation\n */\n`
  writeFileSync(path, JSON.stringify(model))
}
