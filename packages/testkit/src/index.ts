export { type BackendUnderTest, describeBackend } from './backend-conformance.ts'
export { fixtures } from './fixtures.ts'
export { describePolicyStore } from './policy-store-conformance.ts'
export { describeModelRunner, type RunnerUnderTest } from './runner-conformance.ts'
