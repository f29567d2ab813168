import { describeBackend, describeModelRunner, describePolicyStore } from '@fastflow/testkit'
import { createModelRunner, indexedDbPolicyStore, webBackend } from '../src/index.ts'
import { fixture, sha256 } from './support/fixture.ts'

let stores = 0
const emptyStore = (): string => `store-${performance.now()}-${stores++}`

for (const threads of [1, 2]) {
  describeModelRunner(`WebAssembly, threads: ${threads}`, {
    create: (model) => createModelRunner(model, { executionProviders: ['wasm'], threads }),
    fixture,
    sha256,
  })
}

describeBackend('web', {
  create: () => webBackend({ executionProviders: ['wasm'] }),
  fixtures: '/testkit/',
  missing: '/testkit/no-such-folder',
  emptyStore,
})

describePolicyStore('IndexedDB', () => indexedDbPolicyStore(emptyStore()))
