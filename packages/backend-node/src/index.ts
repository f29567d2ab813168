export { replaceFile } from './atomic-write.ts'
export { nodeBackend } from './backend.ts'
export { cacheFolder } from './cache-folder.ts'
export { checkFolder } from './check-folder.ts'
export { fileJournal } from './journal/file-journal.ts'
export type { Isolation, IsolationOptions, Limits } from './limits.ts'
export { pathOf } from './location.ts'
export { filePolicyStore } from './policy-store.ts'
export { readRegularFile } from './regular-file.ts'
export {
  createModelRunner,
  type ModelRunnerOptions,
  type NodeBackendOptions,
  type ThreadOptions,
} from './runner.ts'
