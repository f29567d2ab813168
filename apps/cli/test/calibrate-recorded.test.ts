import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeBackend } from '@fastflow/backend-node'
import { createRecorder, float32Space, sample } from '@fastflow/core'
import { loadPipeline } from '@fastflow/pipelines'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { cli, temporaryFolder, tinyModels } from './run-cli.ts'

/** Two ordinary runs of a tiny model, as `record` of fastflow-diffusers writes them. */
const runs: Record<string, unknown>[] = []
let cwd: string

beforeAll(async () => {
  const pipe = await loadPipeline(join(tinyModels, 'words'), { backend: nodeBackend({ threads: 1 }) })
  for (const seed of [11, 12]) {
    const { noise, velocity, schedule } = await pipe.prepare('a red cat', { seed, numSteps: 9 })
    const recorder = createRecorder({ velocity, schedule, space: float32Space, seed })
    await sample({ velocity: recorder.velocity, schedule, x: noise })
    const { gram, nfe } = await recorder.finish()
    const { guidance, dims } = pipe.planKey()
    const file = { format: 'fastflow-trajectory', version: 1, seed, nfe, guidance, dims, gram: [...gram] }
    runs.push({ ...file, schedule: { name: 'FlowMatchEulerDiscreteScheduler(9)', sigmas: schedule.sigmas } })
  }
  await pipe.dispose()
})

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
  for (const [machine, run] of runs.entries()) {
    await mkdir(join(cwd, `machine-${machine}`))
    await writeFile(join(cwd, `machine-${machine}/run.json`), JSON.stringify(run))
  }
})

const files = ['machine-0/run.json', 'machine-1/run.json']
const calibrate = (...args: string[]) =>
  cli(cwd, ['calibrate', ...args, '--nfe', '3,5'], { models: tinyModels })

async function written(file: string, change: object): Promise<void> {
  await writeFile(join(cwd, file), JSON.stringify({ ...runs[0], ...change }))
}

describe('runs that another program recorded', () => {
  test('make a plan at no evaluation and without a model, the same in any order', async () => {
    const { code, out, log } = await calibrate('--recorded', ...files, '--out', 'plan.json')
    expect(code, log).toBe(0)
    expect(out).toMatch(/^.*plan\.json: 0 evaluations/)
    expect(log).toMatch(/calibrate recorded runs 2\/2/)
    const plan = await readFile(join(cwd, 'plan.json'), 'utf8')
    const { key, calibration, plans } = JSON.parse(plan)
    expect(key).toMatchObject({ model: null, dims: runs[0]!.dims, guidance: runs[0]!.guidance })
    expect(calibration).toMatchObject({ seeds: [11, 12], evaluations: 0, borrowed: 18 })
    expect(plans.map(({ budget }: { budget: number }) => budget)).toEqual([3, 5])
    const again = await calibrate('--recorded', files[1]!, files[0]!, files[1]!, '--out', 'again.json')
    expect(again.log).toContain('machine-1/run.json is a run that is there already; it counts once')
    expect(await readFile(join(cwd, 'again.json'), 'utf8')).toBe(plan)
  })

  test('of a model make a plan that generate follows', async () => {
    const { code, log } = await calibrate('--recorded', ...files, '--model', 'words')
    expect(code, log).toBe(0)
    expect(await readdir(join(cwd, 'cache'))).toHaveLength(1)
    const args = [
      'generate',
      '--model',
      'words',
      '--prompt',
      'a blue cat',
      '--steps',
      '9',
      '--accelerate',
      'plan',
    ]
    const made = await cli(cwd, [...args, '--nfe', '3', '--json'], { models: tinyModels })
    expect(JSON.parse(made.out).images[0].nfe).toBe(3)
  })

  test('by another solver are planned for that one', async () => {
    await written('unipc.json', { solver: 'unipc2' })
    expect((await calibrate('--recorded', 'unipc.json', '--out', 'plan.json')).code).toBe(0)
    expect(JSON.parse(await readFile(join(cwd, 'plan.json'), 'utf8')).key.solver).toBe('unipc2')
  })

  test('that do not belong together, or cannot be read, are named', async () => {
    await written('other.json', { guidance: 9, seed: 13 })
    await written('cut.json', { gram: [1] })
    const refused = async (...args: string[]): Promise<string> => {
      const { code, log } = await calibrate('--recorded', ...args)
      expect(code).toBe(2)
      return log
    }
    expect(await refused(files[0]!, 'other.json', '--out', 'plan.json')).toMatch(
      /other\.json: does not belong to machine-0\/run\.json: its guidance is 9, not /,
    )
    expect(await refused('cut.json', '--out', 'plan.json')).toMatch(/--recorded: cut\.json: .*gram/)
    expect(await refused('none.json', '--out', 'plan.json')).toMatch(/none\.json cannot be read \(ENOENT\)/)
    expect(await refused(files[0]!)).toMatch(/--out: is missing; give a file, or --model/)
    expect(await refused(files[0]!, '--evaluations', '90', '--out', 'plan.json')).toMatch(
      /--evaluations: goes with runs that are made; leave it out, or --recorded/,
    )
    expect(await refused(files[0]!, '--model', 'words', '--steps', '10')).toMatch(/has 9 steps, not 10/)
    await written('large.json', { dims: [3, 4, 4] })
    expect(await refused('large.json', '--model', 'words')).toMatch(
      /^fastflow: --recorded: has latents of 3 x 4 x 4, not 3 x 2 x 2; give --size and --frames as the runs had it/m,
    )
  })
})

test('without recorded runs a model and a file are needed', async () => {
  expect(await calibrate('--out', 'plan.json')).toMatchObject({ code: 2 })
  expect((await calibrate('--model', 'words')).log).toMatch(/--out: is missing/)
})
