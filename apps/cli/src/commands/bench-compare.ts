import { availableParallelism } from 'node:os'
import { comparePrecision, takingTurns } from '@fastflow/bench'
import { invalidArgument } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'
import { precisionTable, renderReport } from '@fastflow/report'
import { casesOf } from '../cases.ts'
import { pathAt, prepareFile } from '../files.ts'
import type { Io } from '../io.ts'
import { readPlanFile } from '../policy-file.ts'
import { createProgress } from '../progress.ts'
import { writeResult } from '../rescue.ts'
import { turnSettingsOf } from '../run-options.ts'
import { fullRunOf, openPipeline } from '../session.ts'
import type { BenchCommandOptions } from './bench.ts'

export interface BenchCompareOptions extends Omit<BenchCommandOptions, 'model'> {
  readonly compare: readonly string[]
}

/** Of other benches: what is typed of them would change nothing. */
const others = {
  model: '--model',
  guard: '--guard',
  coverage: '--coverage',
  quality: '--quality',
  scorer: '--scorer',
  checkpoint: '--checkpoint',
  generations: '--generations',
  oracle: '--no-oracle',
  peers: '--peers',
  tune: '--tune',
} as const

/** Plan and precision measured together: copies of one model, the first of them the reference. */
export async function benchCompareCommand(io: Io, options: BenchCompareOptions): Promise<void> {
  checkAlone(options)
  const report = options.report === undefined ? undefined : pathAt(io, options.report, '--report')
  if (report) await prepareFile(io, report, '--report')
  const { plans: file, seed, samples, nfe: budgets, threads } = options
  const given = file ? await readPlanFile(pathAt(io, file, '--plans'), '--plans') : undefined
  const pipes: Pipeline[] = []
  const progress = createProgress(io, 'bench --compare')
  try {
    for (const model of options.compare) pipes.push(await openPipeline(io, { ...options, model }))
    const run = turnSettingsOf(options)
    const sources = await Promise.all(
      pipes.map(async (pipe) => takingTurns(pipe, await casesOf(io, pipe, options.cases), run)),
    )
    const { numSteps, guidanceScale } = fullRunOf(pipes[0]!, options)
    const document = await comparePrecision(sources, {
      ...{ numSteps, guidanceScale, budgets, samples, seed, signal: io.signal },
      ...(given && { plans: given.document }),
      environment: { node: process.version, threads: threads ?? availableParallelism() },
      now: () => performance.now(),
      onProgress: (done, total, detail) => progress.update(done, total, detail),
    })
    progress.end()
    io.out(options.json ? JSON.stringify(document, null, 2) : precisionTable(document))
    if (!report) return
    const title = `FastFlow: precision and plan of ${document.models[0]}`
    const page = { title, created: new Date().toISOString(), command: options.command, sections: [] }
    await writeResult(io, report, renderReport({ ...page, precision: [document] }), '--report')
    io.log(`report: ${report}`)
  } finally {
    progress.end()
    for (const pipe of pipes) await pipe.dispose()
  }
}

function checkAlone({ typed, plans }: BenchCompareOptions): void {
  const wrong = Object.entries(others).find(([name]) => typed(name))
  const option = wrong?.[1] ?? (plans === false ? '--no-plans' : undefined)
  if (option !== undefined) throw invalidArgument(option, 'does not go with --compare')
}
