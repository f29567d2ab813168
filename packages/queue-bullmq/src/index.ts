export { type BullmqQueue, bullmqQueue } from './bullmq-queue.ts'
export type { BullmqQueueOptions, RedisClient } from './options.ts'
