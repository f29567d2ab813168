import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('prepack.mjs', import.meta.url))

/** What prepack says of a package with these files; undefined where it lets it pass. */
function refusal(t, manifest, files) {
  const folder = mkdtempSync(join(tmpdir(), 'fastflow-prepack-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const part of ['src', 'dist']) mkdirSync(join(folder, part))
  const all = { ...files, 'package.json': JSON.stringify({ name: 'cups', version: '0.0.0', ...manifest }) }
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text)
  const { status, stderr } = spawnSync(process.execPath, [script], { cwd: folder, encoding: 'utf8' })
  return status === 0 ? undefined : stderr
}

const manifest = {
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
  scripts: { build: 'tsc' },
}
const files = {
  'README.md': '',
  LICENSE: '',
  'src/index.ts': '',
  'dist/index.js': '',
  'dist/index.d.ts': '',
}

test('a package that is built and has its documents is packed', (t) => {
  assert.equal(refusal(t, manifest, files), undefined)
})

test('one without what its exports name is not', (t) => {
  const { 'dist/index.d.ts': _, ...rest } = files
  assert.match(refusal(t, manifest, rest), /dist\/index\.d\.ts is missing/)
})

test('nor one with a source that was never built', (t) => {
  assert.match(
    refusal(t, manifest, { ...files, 'src/new.ts': '' }),
    /dist lacks what src\/new\.ts is built to/,
  )
})

test('nor, after its first release, one without a changelog', (t) => {
  assert.match(refusal(t, { ...manifest, version: '0.1.0' }, files), /CHANGELOG\.md is missing/)
})
