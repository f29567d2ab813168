export { type ProcessBackend, processBackend } from './host/backend.ts'
export { commandWords } from './host/command-words.ts'
export type { ProcessBackendOptions, ProcessLimits } from './host/options.ts'
