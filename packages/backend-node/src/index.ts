export { replaceFile } from './atomic-write.ts'
export { type NodeBackend, nodeBackend } from './backend.ts'
export { cacheFolder } from './cache-folder.ts'
export { checkFolder } from './check-folder.ts'
export type { ExecutionProviderConfig, ExecutionProviderName } from './execution/providers.ts'
export type { SessionOptions } from './execution/session-options.ts'
export { installedModel } from './installed-model.ts'
export { fileJournal } from './journal/file-journal.ts'
export type { Isolation, IsolationOptions, Limits } from './limits.ts'
export { pathOf } from './location.ts'
export type { Notice, OnNotice } from './notice.ts'
export type {
  ExecutionOptions,
  ModelRunnerOptions,
  NodeBackendOptions,
  ThreadOptions,
} from './options.ts'
export { filePolicyStore } from './policy-store.ts'
export { readRegularFile } from './regular-file.ts'
export { createModelRunner } from './runner.ts'
export { type Candidate, type ExecutionSupport, executionSupport } from './support.ts'
