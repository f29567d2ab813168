// Scripts run whole or not at all, and nothing runs beside them. All keys of one policy carry its name in braces, so
// that a cluster keeps them in one place.

/**
 * Adds an update unless its id was seen within the window.
 *
 * KEYS: updates, ids. ARGV: update, id or '', window in ms. The clock is that of Redis, the same for all workers.
 */
export const APPEND = `
if ARGV[2] ~= '' then
  local now = redis.call('TIME')
  local ms = now[1] * 1000 + math.floor(now[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ms - ARGV[3])
  if redis.call('ZADD', KEYS[2], 'NX', ms, ARGV[2]) == 0 then return 0 end
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
end
redis.call('RPUSH', KEYS[1], ARGV[1])
return 1`

/** The document and all updates at one moment. KEYS: document, updates. */
export const READ = `
return { redis.call('GET', KEYS[1]), redis.call('LRANGE', KEYS[2], 0, -1) }`

/**
 * Puts a document in the place of the one that was read and of the updates folded into it, unless the lock was lost.
 *
 * KEYS: document, updates, lock. ARGV: token, document, number of updates folded. What was appended meanwhile stays.
 */
export const FOLD = `
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('LTRIM', KEYS[2], ARGV[3], -1)
redis.call('DEL', KEYS[3])
return 1`

/** Gives the lock back if it is still this one's. KEYS: lock. ARGV: token. */
export const UNLOCK = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`
