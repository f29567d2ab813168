import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeBackend } from '@fastflow/backend-node'
import { parsePlan } from '@fastflow/core'
import { loadPipeline, planDigest, policyDigest, tableDigest } from '@fastflow/pipelines'
import { describe, expect, it } from 'vitest'
import { repository } from './run-cli.ts'

const models = join(repository, 'models')

/** What `calibrate` plans for unless told. */
const budgets = [6, 8, 10, 12, 15, 19, 25]

/** What `policies/` of a shipped model holds, by the names of its files. */
async function policiesOf(model: string): Promise<ReadonlyMap<string, ReturnType<typeof JSON.parse>>> {
  const folder = join(models, model, 'policies')
  const names = await readdir(folder)
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, JSON.parse(await readFile(join(folder, name), 'utf8'))] as const),
    ),
  )
}

// A network that was trained on makes plans and policies of the old one useless; the pipeline would pass over them silently.
describe.each([
  ['cifar10', budgets],
  ['emoji', budgets],
  ['emoji-edit', budgets],
  ['emoji-motion', [6, 8, 10, 12, 15, 17, 19, 25]],
])('what %s brings to be followed', (model, planned) => {
  it('is of its networks, and lies where it is looked for', async () => {
    const pipe = await loadPipeline(join(models, model), { backend: nodeBackend(), threads: 1 })
    const { digest, defaults } = pipe
    const own = planDigest(pipe.planKey(defaults))
    await pipe.dispose()
    const files = await policiesOf(model)
    expect([...files.keys()]).toContain(`${own}.json`)
    for (const [name, document] of files) {
      if (document.format === 'fastflow-quality') {
        expect(name).toBe(`${tableDigest(document.key, document.metric)}.json`)
        expect([...files.keys()]).toContain(`${document.key}.json`)
        continue
      }
      const named = document.format === 'fastflow-policy' ? policyDigest : planDigest
      expect(name).toBe(`${named(document.key)}.json`)
      expect(document.key.model, name).toBe(digest)
      if (named === planDigest) expect(parsePlan(document).budgets).toEqual(planned)
    }
  })
})
