import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

const server = ['redis-server', 'valkey-server'].find((name) => !spawnSync(name, ['--version']).error)

/** Why tests with Redis are skipped; undefined where they run. In CI they run, and fail without a server. */
export const noRedis: string | undefined =
  server || process.env.CI ? undefined : '(skipped: no redis-server; install it)'

/** A server of its own on loopback, with its files in a folder of its own. */
export interface RedisServer {
  readonly client: Redis
  /** Another client, e.g. of another worker. */
  connect(): Redis
  /** As if the machine had gone: killed, and started again from its files. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export async function startRedis(): Promise<RedisServer> {
  if (server === undefined)
    throw new Error('no redis-server found; install it (apt-get install redis-server)')
  const folder = mkdtempSync(join(tmpdir(), 'fastflow-redis-'))
  const port = await freePort()
  const clients: Redis[] = []
  let child: ChildProcess
  const start = (): void => {
    const files = ['--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always']
    child = spawn(server, ['--port', String(port), '--bind', '127.0.0.1', ...files], { stdio: 'ignore' })
  }
  const kill = (): Promise<void> =>
    new Promise((resolve) => {
      child.once('exit', () => resolve())
      child.kill('SIGKILL')
    })
  const connect = (): Redis => {
    const client = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: null, retryStrategy: () => 50 })
    // Attempts while the server starts are no news.
    client.on('error', () => {})
    clients.push(client)
    return client
  }
  start()
  const client = connect()
  await client.ping()
  return {
    client,
    connect,
    async restart() {
      await kill()
      start()
    },
    async stop() {
      for (const one of clients) one.disconnect()
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
