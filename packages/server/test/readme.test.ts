import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as backend from '@fastflow/backend-node'
import * as pipelines from '@fastflow/pipelines'
import { describeExamples } from '@fastflow/testkit'
import { expect, it } from 'vitest'
import * as server from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

const emoji = fileURLToPath(new URL('../../../models/emoji', import.meta.url))

describeExamples(
  readme,
  { '@fastflow/backend-node': backend, '@fastflow/pipelines': pipelines, '@fastflow/server': server },
  (source) => source.replace("'models/emoji'", JSON.stringify(emoji)),
)

it('README names every function of the package', () => {
  for (const name of Object.keys(server)) expect(readme).toContain(`\`${name}(`)
})
