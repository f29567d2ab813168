export type { FastFlowImageOptions } from './image-options.ts'
export type { FastFlowProviderOptions, LocalOptions, RemoteOptions } from './options.ts'
export { createFastFlow, type FastFlowProvider } from './provider.ts'
