import {
  describeBackend,
  describeModelRunner,
  describePolicyStore,
  describeUpdateJournal,
} from '@fastflow/testkit'
import { indexedDbPolicyStore, webBackend } from '../src/index.ts'
import { fixture, sha256 } from './support/fixture.ts'
import { sharedWorker } from './support/pool.ts'
import { describeQuantised } from './support/quantised.ts'

let stores = 0
const emptyStore = (): string => `store-${performance.now()}-${stores++}`

for (const threads of [1, 2]) {
  const create = sharedWorker({ executionProviders: ['wasm'], threads })
  describeModelRunner(`WebAssembly, threads: ${threads}`, { create, fixture, sha256 })
  if (threads === 1) describeQuantised('WebAssembly', create)
}

describeBackend('web', {
  create: () => webBackend({ executionProviders: ['wasm'] }),
  fixtures: '/testkit/',
  missing: '/testkit/no-such-folder',
  emptyStore,
})

describePolicyStore('IndexedDB', () => indexedDbPolicyStore(emptyStore()))

describeUpdateJournal('IndexedDB', () => indexedDbPolicyStore(emptyStore()).journal)
