import type { Redis } from 'ioredis'
import type { RedisServer } from '../../store-redis/test/redis-server.ts'
import type { RedisClient } from '../src/index.ts'

/** A client whose connections can all be cut at once, as those of a machine that is gone. */
export interface Machine {
  readonly client: RedisClient
  cut(): void
}

export function machine(server: RedisServer): Machine {
  const client = server.connect()
  const connections: Redis[] = [client]
  const duplicate = client.duplicate.bind(client)
  client.duplicate = (options) => {
    const other = duplicate(options)
    connections.push(other)
    return other
  }
  return {
    client,
    cut: () => {
      for (const connection of connections) connection.disconnect()
    },
  }
}
