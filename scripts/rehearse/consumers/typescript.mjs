import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../run.mjs'
import { project } from './toy.mjs'

const versions = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', '7.0']
const modules = [
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
]

const typed = `
import { ucb1 } from '@fastflow/bandits'
import { banditSkip, linearSchedule, sample } from '@fastflow/core'
import { createPace } from '@fastflow/core/backend'
import { loadPipeline, type Pipeline } from '@fastflow/pipelines'

export const nfe: Promise<number> = sample({
  velocity: (x: Float32Array, sigma: number, { out }) => out.fill(sigma),
  schedule: linearSchedule(10),
  x: new Float32Array(4),
  policy: banditSkip({ bandit: ucb1(), arms: [0, 2] }),
}).then(({ stats }) => stats.nfe)
export const pace = createPace(() => {})
export const open: (...args: Parameters<typeof loadPipeline>) => Promise<Pipeline> = loadPipeline
// @ts-expect-error a schedule is no number
sample({ velocity: () => new Float32Array(4), schedule: 10, x: new Float32Array(4) })
`

/** CommonJS reaches modules by `import()`, typed. */
const common = `
export const load = async (): Promise<number> => {
  const core = await import('@fastflow/core')
  return core.linearSchedule(10).sigmas.length
}
`

/** From 5.8 on by `require` too, as Node does. */
const required = `
import core = require('@fastflow/core')
export const sigmas: readonly number[] = core.linearSchedule(10).sigmas
`
const requires = (version) => Number(version) >= 5.8

function consumer(version) {
  return {
    name: `typescript-${version}`,
    quick: version === '5.4',
    async check({ folder, env }) {
      project(folder, {}, { 'main.ts': typed, 'common.cts': common, 'required.cts': required })
      await run(
        [
          'npm',
          'install',
          `typescript@~${version}.0`,
          '@fastflow/core',
          '@fastflow/bandits',
          '@fastflow/pipelines',
          '@types/node@20',
        ],
        { cwd: folder, env },
      )
      for (const { module, moduleResolution } of modules) {
        const files = ['main.ts']
        if (module !== 'esnext') files.push('common.cts')
        if (module === 'nodenext' && requires(version)) files.push('required.cts')
        const compilerOptions = {
          module,
          moduleResolution,
          target: 'es2022',
          lib: ['es2022'],
          types: ['node'],
          strict: true,
          skipLibCheck: false,
          noEmit: true,
        }
        writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
        await run(['npx', 'tsc', '-p', '.'], { cwd: folder, env })
      }
    },
  }
}

export const typescripts = versions.map(consumer)
