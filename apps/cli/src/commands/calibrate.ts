import { dirname, join, resolve } from 'node:path'
import { policyDigest } from '@fastflow/pipelines'
import { learnPaper } from '../bench/learn.ts'
import { isFolder, prepareFolder, writeWhole } from '../files.ts'
import type { Io } from '../io.ts'
import { createProgress } from '../progress.ts'
import { type ModelOptions, withPipeline } from '../session.ts'

export interface CalibrateCommandOptions extends ModelOptions {
  readonly out: string
  readonly generations: number
  readonly steps?: number
  readonly guidance?: number
  readonly arms?: readonly number[]
  readonly json?: boolean
}

/**
 * Learns the paper's policy and writes it to a file that `generate --policy` applies, or into a folder under the
 * name policies are looked up by: in `policies/` of a model folder it ships with the model.
 */
export async function calibrateCommand(io: Io, options: CalibrateCommandOptions): Promise<void> {
  const out = resolve(io.cwd, options.out)
  const folder = await isFolder(out)
  await prepareFolder(folder ? out : dirname(out))
  const { document, curve } = await withPipeline(io, options, async (pipe) => {
    const progress = createProgress(io, `calibrate ${pipe.model}`)
    try {
      return await learnPaper(pipe, {
        generations: options.generations,
        numSteps: options.steps ?? pipe.defaults.numSteps,
        guidanceScale: options.guidance ?? pipe.defaults.guidanceScale,
        ...(options.arms && { arms: options.arms }),
        signal: io.signal,
        onGeneration: (done, nfe) => progress.update(done, options.generations, `${nfe} evaluations`),
      })
    } finally {
      progress.end()
    }
  })
  const file = folder ? join(out, `${policyDigest(document.key)}.json`) : out
  await writeWhole(file, `${JSON.stringify(document)}\n`)
  const evaluations = curve.nfe.reduce((sum, nfe) => sum + nfe, 0)
  const recent = curve.nfe.slice(-20)
  const result = {
    file,
    generations: options.generations,
    evaluations,
    steps: curve.steps,
    recentNfe: recent.reduce((sum, nfe) => sum + nfe, 0) / recent.length,
  }
  if (options.json) return io.out(JSON.stringify(result, null, 2))
  const summary = `${evaluations} evaluations over ${options.generations} generations, lately ${result.recentNfe.toFixed(1)} of ${curve.steps} steps`
  io.out(`${file}: ${summary}`)
}
