import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pythonVersion, versions } from './python-version.mjs'

test('prereleases are written as Python writes them', () => {
  assert.deepEqual(['1.2.3', '0.2.0-next.1'].map(pythonVersion), ['1.2.3', '0.2.0.dev1'])
})

test('the Python package has the version of @fastflow/core', () => {
  const { core, python } = versions()
  assert.equal(python, core)
})
