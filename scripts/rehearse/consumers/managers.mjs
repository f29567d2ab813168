// Package managers besides npm; each comes from the registry itself.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../run.mjs'
import { expectSampled, project, toy } from './toy.mjs'

const ours = ['@fastflow/core', '@fastflow/bandits']

/** Installs a tool beside the consumer. @returns the path of a file of it. */
async function tool(folder, env, name, file) {
  const tools = join(folder, '..', `${name.replace(/\W+/g, '-')}-tools`)
  mkdirSync(tools, { recursive: true })
  project(tools)
  await run(['npm', 'install', name], { cwd: tools, env })
  return join(tools, 'node_modules', file)
}

const pnpm = {
  name: 'pnpm',
  async check({ folder, env }) {
    project(folder, {}, { 'main.js': toy })
    await run(['npx', '--yes', 'pnpm@10', 'add', ...ours], { cwd: folder, env })
    expectSampled(await run(['node', 'main.js'], { cwd: folder, env }))
  },
}

const yarn = {
  name: 'yarn-pnp',
  async check({ folder, env, url }) {
    const settings = `nodeLinker: pnp\nnpmRegistryServer: ${url}\nunsafeHttpWhitelist: [127.0.0.1]\nnpmMinimalAgeGate: 0\n`
    project(folder, {}, { 'main.js': toy, '.yarnrc.yml': settings, 'yarn.lock': '' })
    const main = await tool(folder, env, '@yarnpkg/cli-dist', '@yarnpkg/cli-dist/bin/yarn.js')
    await run(['node', main, 'add', ...ours], { cwd: folder, env })
    expectSampled(await run(['node', main, 'node', 'main.js'], { cwd: folder, env }))
  },
}

const bun = {
  name: 'bun',
  async check({ folder, env, url }) {
    project(folder, {}, { 'main.js': toy, 'bunfig.toml': `[install]\nregistry = "${url}"\n` })
    const main = await tool(folder, env, 'bun', '.bin/bun')
    await run([main, 'add', ...ours], { cwd: folder, env })
    expectSampled(await run([main, 'main.js'], { cwd: folder, env }))
  },
}

const deno = {
  name: 'deno',
  async check({ folder, env, url, versions }) {
    const dependencies = Object.fromEntries(ours.map((name) => [name, versions.get(name)]))
    project(folder, { dependencies }, { 'main.js': toy })
    const main = await tool(folder, env, 'deno', '.bin/deno')
    const options = { cwd: folder, env: { ...env, NPM_CONFIG_REGISTRY: url } }
    await run([main, 'install', '--minimum-dependency-age=0'], options)
    expectSampled(await run([main, 'run', '--allow-all', 'main.js'], options))
  },
}

export const managers = [pnpm, yarn, bun, deno]
