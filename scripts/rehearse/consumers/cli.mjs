// The command on a machine that has never seen this repository.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { weigh, weightLines } from '../../install-weight.mjs'
import { run } from '../run.mjs'
import { project } from './toy.mjs'

const demo = ['demo', '--minutes', '0.5', '--samples', '2', '--generations', '2', '--out', 'out']

function expectReport(folder) {
  if (!existsSync(join(folder, 'out/report.html')))
    throw new Error(`out has ${readdirSync(join(folder, 'out')).join(', ') || 'nothing'}, no report.html`)
}

const npx = {
  name: 'cli-npx',
  async check({ folder, env }) {
    await run(['npx', '--yes', '@fastflow/cli', ...demo], { cwd: folder, env })
    expectReport(folder)
  },
}

const global = {
  name: 'cli-global',
  async check({ folder, env, versions }) {
    const prefix = join(folder, 'prefix')
    await run(['npm', 'install', '--global', '--prefix', prefix, '@fastflow/cli'], { cwd: folder, env })
    const command = process.platform === 'win32' ? join(prefix, 'fastflow.cmd') : join(prefix, 'bin/fastflow')
    const printed = await run([command, '--version'], { cwd: folder, env })
    if (printed.trim() !== versions.get('@fastflow/cli')) throw new Error(`--version prints ${printed}`)
    const generate = ['generate', '--model', 'emoji', '--prompt', 'a red fox, 3d', '--out', 'out']
    await run([command, ...generate], { cwd: folder, env })
    if (!readdirSync(join(folder, 'out')).some((name) => name.endsWith('.png'))) throw new Error('no picture')
  },
}

const program = `
import { nodeBackend } from '@fastflow/backend-node'
import { loadPipeline } from '@fastflow/pipelines'
const pipe = await loadPipeline('@fastflow/models-cifar10', { backend: nodeBackend() })
const { images } = await pipe.generate('cat', { seed: 1, numSteps: 4 })
await pipe.dispose()
console.log(images[0].width, images[0].height)
`

const packagedModel = {
  name: 'model-package',
  quick: true,
  async check({ folder, env }) {
    project(folder, {}, { 'main.js': program })
    const needed = [
      '@fastflow/backend-node',
      '@fastflow/pipelines',
      '@fastflow/models-cifar10',
      'onnxruntime-node',
    ]
    await run(['npm', 'install', ...needed], { cwd: folder, env })
    const printed = (await run(['node', 'main.js'], { cwd: folder, env })).trim()
    if (printed !== '32 32') throw new Error(`printed ${printed}`)
  },
}

/** What an installation weighs, and that it works without what its README says can be left out. */
const slim = {
  name: 'cli-slim',
  async check({ folder, env }) {
    project(folder)
    await run(['npm', 'install', '@fastflow/cli'], { cwd: folder, env })
    for (const line of weightLines(weigh(folder))) console.log(`        ${line}`)
    const bin = join(folder, 'node_modules/onnxruntime-node/bin/napi-v6')
    for (const system of readdirSync(bin))
      for (const arch of readdirSync(join(bin, system)))
        if (system !== process.platform || arch !== process.arch)
          rmSync(join(bin, system, arch), { recursive: true })
    const { foreign } = weigh(folder)
    if (foreign > 1e6) throw new Error(`${foreign} bytes of other platforms are left`)
    await run(['npx', 'fastflow', 'generate', '--model', 'emoji', '--prompt', 'a red fox'], {
      cwd: folder,
      env,
    })
    if (!readdirSync(join(folder, 'out')).some((name) => name.endsWith('.png'))) throw new Error('no picture')
  },
}

/** A model that is added by its package's name is found by the commands after. */
const added = {
  name: 'cli-models',
  async check({ folder, env }) {
    project(folder)
    await run(['npm', 'install', '@fastflow/cli'], { cwd: folder, env })
    await run(['npx', 'fastflow', 'models', 'add', 'cifar10'], { cwd: folder, env })
    await run(['npx', 'fastflow', 'inspect', 'cifar10'], { cwd: folder, env })
  },
}

export const cli = [packagedModel, npx, global, slim, added]
