export { type ProcessBackend, processBackend } from './host/backend.ts'
export type { ProcessBackendOptions, ProcessLimits } from './host/options.ts'
