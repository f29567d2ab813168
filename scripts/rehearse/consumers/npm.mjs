import { run } from '../run.mjs'
import { expectSampled, project, toy } from './toy.mjs'

export const npm = {
  name: 'npm',
  quick: true,
  async check({ folder, env }) {
    project(folder, {}, { 'main.js': toy })
    await run(['npm', 'install', '@fastflow/core', '@fastflow/bandits'], { cwd: folder, env })
    expectSampled(await run(['node', 'main.js'], { cwd: folder, env }))
  },
}
