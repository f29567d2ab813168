export type { RedisClient, RedisStoreOptions } from './options.ts'
export { type RedisPolicyStore, redisPolicyStore } from './redis-policy-store.ts'
