export { type ApiKey, parseKeys } from './admission/keys.ts'
export type { Limits } from './admission/limits.ts'
export { folderBlobs } from './blobs/folder-blobs.ts'
export { memoryBlobs } from './blobs/memory-blobs.ts'
export type {
  ImageClaim,
  ImageQueue,
  ImageRecord,
  ImageStats,
  Job,
  JobImage,
  JobKind,
  JobReply,
  JobRequest,
  JobResult,
  OutputFormat,
  PlainAcceleration,
} from './ports/job.ts'
export { type MemoryQueueOptions, memoryQueue } from './queue/memory-queue.ts'
export type { Log } from './routes/app.ts'
export { createServer, type FastFlowServer, type ListenOptions } from './server.ts'
export type { ServerOptions } from './server-options.ts'
export type { Moderate } from './service/service.ts'
export type { Measure, ModelsToCome, Once } from './work/served-model.ts'
