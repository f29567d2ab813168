export { nodeBackend } from './backend.ts'
export { filePolicyStore } from './policy-store.ts'
export { createModelRunner, type ModelRunnerOptions, type ThreadOptions } from './runner.ts'
