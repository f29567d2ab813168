// What is known of a job is a hash, changed by scripts alone: they run whole or not at all, so that whoever ends a job first
// decides. BullMQ only delivers. All keys carry the same name in braces, so that a cluster keeps them in one place.

/** The clock of Redis, the same for all workers. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`

/**
 * Accepts a job. KEYS: record, waiting, sequence, its group where it has one. ARGV: id, job, limit, how records' names begin.
 *
 * Gives 1, 0 where the id is known or -1 where the queue is full; then the job that stands, its state and its order.
 */
export const SUBMIT: string = `
local known = redis.call('HMGET', KEYS[1], 'job', 'state', 'order')
if known[2] and known[2] ~= 'failed' and known[2] ~= 'cancelled' then
  return { 0, known[1], known[2], known[3] }
end
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[3]) then return { -1 } end
local order = tostring(redis.call('INCR', KEYS[3]))
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'job', ARGV[2], 'state', 'queued', 'attempts', 0, 'order', order)
redis.call('ZADD', KEYS[2], order, ARGV[1])
if KEYS[4] then
  redis.call('ZADD', KEYS[4], order, ARGV[1])
  -- More are looked at than are added: what is forgotten does not gather.
  for _, id in ipairs(redis.call('ZRANGE', KEYS[4], 0, 1)) do
    if redis.call('EXISTS', ARGV[4] .. id) == 0 then redis.call('ZREM', KEYS[4], id) end
  end
end
return { 1, ARGV[2], 'queued', order }`

/** Ids of a group whose jobs are known. KEYS: group. ARGV: how records' names begin. */
export const LIST: string = `
local ids = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if redis.call('EXISTS', ARGV[1] .. id) == 1 then ids[#ids + 1] = id end
end
return ids`

/** Says that a worker is there for a while. KEYS: workers. ARGV: its name, ms. */
export const PRESENT: string = `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])`

/** A worker that goes. KEYS: workers. ARGV: its name. */
export const LEAVE: string = `
return redis.call('ZREM', KEYS[1], ARGV[1])`

/** How many workers are there. KEYS: workers. */
export const COUNT: string = `${NOW}
return redis.call('ZCOUNT', KEYS[1], '(' .. string.format('%.0f', now), '+inf')`

/**
 * Gives a delivered job to a worker. KEYS: record, waiting, running. ARGV: id, order, token, most attempts, channel.
 *
 * Gives the attempt and the job; 0 where it has ended or was submitted anew since, -1 where it was tried too often.
 */
export const CLAIM: string = `${NOW}
local known = redis.call('HMGET', KEYS[1], 'state', 'order', 'attempts', 'job')
if known[2] ~= ARGV[2] or (known[1] ~= 'queued' and known[1] ~= 'running') then return { 0 } end
if tonumber(known[3]) >= tonumber(ARGV[4]) then return { -1 } end
redis.call('HSET', KEYS[1], 'state', 'running', 'owner', ARGV[3], 'startedAt', now)
redis.call('HDEL', KEYS[1], 'progress')
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[3], now, ARGV[1])
redis.call('PUBLISH', ARGV[5], '{"type":"started"}')
return { redis.call('HINCRBY', KEYS[1], 'attempts', 1), known[4] }`

/**
 * Ends a job once. KEYS: record, waiting, running. ARGV: id, token of whose it must be or '', state, field, its value, ms to
 * keep it, channel.
 */
export const END: string = `${NOW}
local known = redis.call('HMGET', KEYS[1], 'state', 'owner')
if known[1] ~= 'queued' and known[1] ~= 'running' then return 0 end
if ARGV[2] ~= '' and known[2] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[3], 'finishedAt', now)
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], ARGV[4], ARGV[5]) end
redis.call('HDEL', KEYS[1], 'owner')
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('PUBLISH', ARGV[7], '{"type":"ended","state":"' .. ARGV[3] .. '"}')
return 1`

/** Tells of a job at work. KEYS: record. ARGV: token, progress or '', channel, event. */
export const TELL: string = `
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'progress', ARGV[2]) end
redis.call('PUBLISH', ARGV[3], ARGV[4])
return 1`

/** Gives a job back to its place among those that wait. KEYS: record, waiting, running. ARGV: id, token. */
export const RELEASE: string = `
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'state', 'queued')
redis.call('HINCRBY', KEYS[1], 'attempts', -1)
redis.call('HDEL', KEYS[1], 'owner', 'startedAt', 'progress')
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZADD', KEYS[2], redis.call('HGET', KEYS[1], 'order'), ARGV[1])
return 1`

/** The fields of a record, and its place. KEYS: record, waiting. ARGV: id. */
export const READ: string = `
return { redis.call('HGETALL', KEYS[1]), redis.call('ZRANK', KEYS[2], ARGV[1]) }`

/** Forgets a job that has ended. KEYS: record. */
export const REMOVE: string = `
if redis.call('HEXISTS', KEYS[1], 'finishedAt') == 0 then return 0 end
return redis.call('DEL', KEYS[1])`
