// The releases after the first: what moves, and that whoever updates has one copy of the core.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { addChangeset, prerelease, release, versionsOf } from '../release.mjs'
import { run } from '../run.mjs'
import { project } from './toy.mjs'

/** Packages whose version changed. */
const moved = (before, after) => [...after].filter(([name, version]) => before.get(name) !== version)

function expectOnly(names, changes, what) {
  const found = changes.map(([name, version]) => `${name} ${version}`).join(', ')
  if (changes.length !== names.length || changes.some(([name]) => !names.includes(name)))
    throw new Error(`${what} moved ${found || 'nothing'} instead of ${names.join(', ')}`)
}

/** Those that have the core below them, by what their manifests said before. */
const aboveCore = ['backend-node', 'pipelines', 'bench', 'cli'].map((name) => `@fastflow/${name}`)

async function patchOfBandits({ clone, env }) {
  const before = versionsOf(clone)
  addChangeset(clone, 'rehearsed-patch', { '@fastflow/bandits': 'patch' })
  expectOnly(['@fastflow/bandits'], moved(before, await release(clone, env)), 'a patch of bandits')
}

async function minorOfCore({ clone, env, folder }) {
  const before = versionsOf(clone)
  project(folder)
  const copies = () => run(['npm', 'ls', '--all', '--parseable', '@fastflow/core'], { cwd: folder, env })
  await run(['npm', 'install', '@fastflow/core', '@fastflow/pipelines', '@fastflow/media'], {
    cwd: folder,
    env,
  })
  addChangeset(clone, 'rehearsed-minor', { '@fastflow/core': 'minor' })
  const after = await release(clone, env)
  for (const name of aboveCore) {
    const [, minor] = after.get(name).split('.')
    const [, past] = before.get(name).split('.')
    if (Number(minor) !== Number(past) + 1)
      throw new Error(`${name} is ${after.get(name)} after ${before.get(name)}`)
  }
  if (after.get('@fastflow/bandits') !== before.get('@fastflow/bandits')) throw new Error('bandits moved too')
  // Those who update within their ranges stay together, and so do those who take the newest.
  await run(['npm', 'update'], { cwd: folder, env })
  await oneCopy(copies, before.get('@fastflow/core'), folder)
  const newest = ['@fastflow/core@latest', '@fastflow/pipelines@latest', '@fastflow/media@latest']
  await run(['npm', 'install', ...newest], { cwd: folder, env })
  await oneCopy(copies, after.get('@fastflow/core'), folder)
}

async function oneCopy(copies, version, folder) {
  const places = new Set((await copies()).split('\n').filter((path) => path.endsWith('core')))
  if (places.size !== 1) throw new Error(`${places.size} copies of the core: ${[...places].join(', ')}`)
  const manifest = join(folder, 'node_modules/@fastflow/core/package.json')
  if (!existsSync(manifest)) throw new Error('the core is not at the top')
  const { default: found } = await import(`${manifest}?${version}`, { with: { type: 'json' } })
  if (found.version !== version) throw new Error(`the core is ${found.version}, not ${version}`)
}

async function prereleased({ clone, env, folder }) {
  await prerelease(clone, 'enter', 'next')
  addChangeset(clone, 'rehearsed-next', { '@fastflow/core': 'minor' })
  const versions = await release(clone, env)
  const core = versions.get('@fastflow/core')
  if (!/-next\.0$/.test(core)) throw new Error(`the core is ${core}`)
  const tag = async (name) =>
    (await run(['npm', 'view', '@fastflow/core', `dist-tags.${name}`], { cwd: folder, env })).trim()
  if ((await tag('next')) !== core) throw new Error(`next is ${await tag('next')}, not ${core}`)
  if ((await tag('latest')).includes('next')) throw new Error('latest is a prerelease')
}

export const laterReleases = {
  name: 'later-releases',
  async check(context) {
    await patchOfBandits(context)
    await minorOfCore(context)
    await prereleased(context)
  },
}
