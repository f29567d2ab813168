import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeExamples } from '@fastflow/testkit'
import { afterAll } from 'vitest'
import * as store from '../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'fastflow-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const model = join(import.meta.dirname, '../../testkit/fixtures/models/words')

describeExamples(
  readFileSync(new URL('../README.md', import.meta.url), 'utf8'),
  { '@fastflow/model-store': store },
  (source) =>
    source
      .replace("'models'", JSON.stringify(folder))
      .replace("'@fastflow/models-emoji'", JSON.stringify(model)),
)
