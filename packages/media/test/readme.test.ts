import { readFileSync } from 'node:fs'
import * as media from '@fastflow/media'
import * as fit from '@fastflow/media/fit'
import { describeExamples, examplesOf } from '@fastflow/testkit'
import { expect, it } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describeExamples(readme, { '@fastflow/media': media, '@fastflow/media/fit': fit })

it('README shows every function of the package in an example', () => {
  const shown = examplesOf(readme).join('')
  for (const name of Object.keys(media)) {
    expect(readme).toContain(`| \`${name}`)
    expect(shown).toContain(`${name}(`)
  }
})
