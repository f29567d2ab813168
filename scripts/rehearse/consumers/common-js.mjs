import { run } from '../run.mjs'
import { expectSampled, project } from './toy.mjs'

const main = `
const required = require('@fastflow/core')
import('@fastflow/core').then(async (core) => {
  const { linearSchedule, sample } = core
  if (required.sample !== sample) throw new Error('two copies')
  const velocity = (x, sigma, { out }) => out.fill(1)
  const { stats } = await sample({ velocity, schedule: linearSchedule(4), x: new Float32Array(2) })
  if (stats.nfe !== 4) throw new Error(JSON.stringify(stats))
  console.log('sampled')
})
`

/** `require` and `import()` of a module give the same one. */
export const commonJs = {
  name: 'commonjs',
  quick: true,
  async check({ folder, env }) {
    project(folder, { type: 'commonjs' }, { 'main.js': main })
    await run(['npm', 'install', '@fastflow/core'], { cwd: folder, env })
    expectSampled(await run(['node', 'main.js'], { cwd: folder, env }))
  },
}
