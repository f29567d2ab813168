export { nodeBackend } from './backend.ts'
export { fileJournal } from './journal/file-journal.ts'
export { filePolicyStore } from './policy-store.ts'
export { createModelRunner, type ModelRunnerOptions, type ThreadOptions } from './runner.ts'
