import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeBackend, describeModelRunner, describePolicyStore, fixtures } from '@fastflow/testkit'
import { afterAll } from 'vitest'
import { createModelRunner, filePolicyStore, nodeBackend } from '../src/index.ts'

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
  folders.push(folder)
  return folder
}

const fixture = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(name, fixtures)))
const sha256 = async (bytes: Uint8Array): Promise<string> => createHash('sha256').update(bytes).digest('hex')

describeModelRunner('one worker', { create: (model) => createModelRunner(model), fixture, sha256 })
describeModelRunner('one thread, spinning', {
  create: (model) => createModelRunner(model, { threads: 1, spin: true }),
  fixture,
  sha256,
})

describeModelRunner('one process', {
  create: (model) => createModelRunner(model, { isolation: 'process' }),
  fixture,
  sha256,
})
describeModelRunner('one process, one thread', {
  create: (model) => createModelRunner(model, { isolation: 'process', threads: 1 }),
  fixture,
  sha256,
})

for (const isolation of ['thread', 'process'] as const) {
  describeBackend(`node, isolation ${isolation}`, {
    create: () => nodeBackend({ isolation }),
    fixtures: fileURLToPath(fixtures),
    missing: join(tmpdir(), 'fastflow-no-such-folder'),
    emptyStore: emptyFolder,
  })
}

describePolicyStore('files in a folder to be created', async () =>
  filePolicyStore(join(await emptyFolder(), 'deep', 'policies')),
)
