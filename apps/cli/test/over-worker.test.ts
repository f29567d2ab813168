import { join } from 'node:path'
import { nodeBackend } from '@fastflow/backend-node'
import { processBackend } from '@fastflow/backend-process'
import { learnPaper, runBench, takingTurns } from '@fastflow/bench'
import { type Backend, memoryPolicyStore } from '@fastflow/core'
import { type DecisionRecord, loadPipeline, type Pipeline } from '@fastflow/pipelines'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { repository } from './run-cli.ts'

const model = join(repository, 'packages/pipelines/test/fixtures/families/sd3/pipeline')
const worker = [process.execPath, join(import.meta.dirname, 'fixtures/folder-worker.mjs')]
const elsewhere = processBackend({ command: worker })

const size = { width: 32, height: 32 }
const grid = { guidanceScale: 1, numSteps: 10 }
const run = { ...size, ...grid }
const subjects = [{ subject: 'a red fox' }, { subject: 'a blue owl' }]
const prompts = subjects.map(({ subject }) => subject)
const signal = new AbortController().signal

let pipes: readonly Pipeline[] = []
beforeAll(async () => {
  const open = (backend: Backend): Promise<Pipeline> =>
    loadPipeline(model, { backend, threads: 1, store: memoryPolicyStore() })
  pipes = [await open(nodeBackend()), await open(elsewhere)]
})
afterAll(async () => {
  for (const pipe of pipes) await pipe.dispose()
  await elsewhere.close()
})

/** What `work` gives over the worker, which has to be what it gives here. */
async function alike<Result>(work: (pipe: Pipeline) => Promise<Result>): Promise<Result> {
  const [here, worker] = [await work(pipes[0]!), await work(pipes[1]!)]
  expect(worker).toEqual(here)
  return worker
}

test('a bench, what it learns and what it plans are the same over a worker', async () => {
  expect(pipes.map(({ executionProvider }) => executionProvider)).toEqual([
    expect.not.stringContaining('elsewhere'),
    'elsewhere/cpu',
  ])
  const figures = await alike(async (pipe) => {
    const { document } = await runBench(takingTurns(pipe, subjects, size), {
      ...grid,
      budgets: [6],
      samples: 1,
      seed: 0,
      paperGenerations: 2,
      plans: 'calibrated',
      exact: false,
      controls: 'none',
      oracle: false,
      tuningSamples: 0,
      environment: { node: process.version, threads: 1 },
      signal,
      now: () => 0,
    })
    return document.rows.map(({ method, nfe, psnr, ssim }) => ({ method, nfe, psnr, ssim }))
  })
  expect(figures.map(({ method }) => method)).toEqual(expect.arrayContaining(['plan-6', 'paper']))
  expect(figures.find(({ method }) => method === 'plan-6')!.psnr.mean).toBeLessThan(60)
})

test('plans, tables of quality, targets and learned policies are the same over a worker', async () => {
  const settings = { ...run, prompts }
  const frontier = await alike(async (pipe) => {
    const plan = await pipe.calibrate({ ...settings, budgets: [6, 8], evaluations: 60 })
    return plan.toJSON()
  })
  expect(frontier.plans.map(({ budget }) => budget)).toEqual([6, 8])
  const table = await alike((pipe) =>
    pipe.measureQuality({ ...settings, metric: 'psnr', runs: 3, floorRuns: 1 }),
  )
  expect(table.runs).toHaveLength(3)
  const decisions = await alike(async (pipe) => {
    const heard: DecisionRecord[] = []
    const accelerate = {
      target: { psnr: 20 },
      choose: 'learned',
      measure: 1,
      onDecision: (record: DecisionRecord) => heard.push(record),
    } as const
    await pipe.generate('a red fox', { ...run, seed: 1, count: 3, accelerate })
    return heard
  })
  expect(decisions.length).toBe(3)
  const { state } = await alike(async (pipe) => {
    const turns = takingTurns(pipe, subjects, size)
    const { document } = await learnPaper(turns, { ...grid, generations: 3, signal })
    return document
  })
  expect(state.generations).toBe(3)
})
