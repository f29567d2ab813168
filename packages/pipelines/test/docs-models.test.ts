import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as node from '@fastflow/backend-node'
import * as core from '@fastflow/core'
import * as pipelines from '@fastflow/pipelines'
import * as family from '@fastflow/pipelines/family'
import { describeExamples } from '@fastflow/testkit'
import { afterAll, expect, it } from 'vitest'
import { families } from '../src/family/families.ts'
import { writeTintModel } from './support/tint-model.ts'

const guide = readFileSync(new URL('../../../docs/models.md', import.meta.url), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'fastflow-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
writeTintModel(folder)

describeExamples(
  guide,
  {
    '@fastflow/backend-node': node,
    '@fastflow/core': core,
    '@fastflow/pipelines': pipelines,
    '@fastflow/pipelines/family': family,
  },
  (source) => source.replaceAll("'models/tint'", JSON.stringify(folder)),
)

it('the guide names every class that is read', () => {
  for (const name of families.flatMap(({ classNames }) => classNames)) expect(guide).toContain(`\`${name}\``)
})
