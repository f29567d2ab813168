// A registry of npm packages on this machine alone. Packages of others come from the configured registry, ours never do.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { run } from './run.mjs'

/** The last that runs on the Node this repository asks for. */
const version = '6.8.0'

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

const configOf = (storage, uplink) => `
storage: ${JSON.stringify(storage)}
max_body_size: 200mb
uplinks: { upstream: { url: ${JSON.stringify(uplink)}, maxage: 60m, max_fails: 5, timeout: 60s } }
packages:
  '@fastflow/*': { access: $all, publish: $all, unpublish: $all }
  '**': { access: $all, proxy: upstream }
auth: { htpasswd: { file: ${JSON.stringify(join(storage, 'htpasswd'))} } }
log: { type: stdout, format: pretty, level: error }
`

/**
 * @param cache a folder that is kept between rehearsals: the registry itself, and packages of others.
 * @param work a folder of this rehearsal.
 * @returns its address, and how to end it.
 */
export async function startRegistry(cache, work) {
  const home = join(cache, `verdaccio-${version}`)
  const main = join(home, 'node_modules/verdaccio/bin/verdaccio')
  if (!existsSync(main)) {
    mkdirSync(home, { recursive: true })
    // One of its packages asks for node-fetch by a tag, which not every registry knows.
    writeFileSync(join(home, 'package.json'), '{"private":true,"overrides":{"node-fetch":"2.7.0"}}')
    await run(['npm', 'install', '--no-audit', '--no-fund', `verdaccio@${version}`], {
      cwd: home,
      env: process.env,
    })
  }
  const storage = join(cache, 'storage')
  for (const name of ['@fastflow', '.verdaccio-db.json'])
    rmSync(join(storage, name), { recursive: true, force: true })
  mkdirSync(storage, { recursive: true })
  const uplink = (await run(['npm', 'config', 'get', 'registry'], { cwd: home, env: process.env })).trim()
  writeFileSync(join(work, 'registry.yaml'), configOf(storage, uplink))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const child = spawn(
    process.execPath,
    [main, '--config', join(work, 'registry.yaml'), '--listen', `127.0.0.1:${port}`],
    { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  for (let tries = 0; !(await answers(url)); tries++) {
    if (tries === 300 || child.exitCode !== null) throw new Error('the registry does not start')
    await setTimeout(100)
  }
  return { url, end: () => child.kill() }
}

async function answers(url) {
  const response = await fetch(`${url}-/ping`).catch(() => undefined)
  return response?.ok ?? false
}
