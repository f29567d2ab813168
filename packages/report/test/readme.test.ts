import { readFileSync } from 'node:fs'
import * as report from '@fastflow/report'
import { describeExamples } from '@fastflow/testkit'
import { expect, it } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describeExamples(readme, { '@fastflow/report': report })

it('README lists every function and list of the package', () => {
  for (const [name, value] of Object.entries(report))
    expect(readme).toContain(typeof value === 'function' ? `\`${name}(` : `\`${name}\``)
})
