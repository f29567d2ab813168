import { learnPaper, subjectsOf, takingTurns } from '@fastflow/bench'
import { policyDigest } from '@fastflow/pipelines'
import { fileAt, type OutputPlace } from '../files.ts'
import type { Io } from '../io.ts'
import { createProgress } from '../progress.ts'
import { writeResult } from '../rescue.ts'
import { turnSettingsOf } from '../run-options.ts'
import { fullRunOf, withPipeline } from '../session.ts'
import type { CalibrateCommandOptions } from './calibrate-options.ts'

const GENERATIONS = 200

/** Learns the paper's policy. */
export async function calibratePaper(
  io: Io,
  options: CalibrateCommandOptions,
  output: OutputPlace,
): Promise<void> {
  const generations = options.generations ?? GENERATIONS
  const { document, curve } = await withPipeline(io, options, async (pipe) => {
    const turns = takingTurns(pipe, await subjectsOf(pipe), turnSettingsOf(options))
    const { numSteps, guidanceScale } = fullRunOf(pipe, options)
    const progress = createProgress(io, `calibrate ${pipe.model}`)
    try {
      return await learnPaper(turns, {
        generations,
        numSteps,
        guidanceScale,
        ...(options.arms && { arms: options.arms }),
        signal: io.signal,
        onGeneration: (done, nfe) => progress.update(done, generations, `${nfe} evaluations`),
      })
    } finally {
      progress.end()
    }
  })
  const file = fileAt(output, `${policyDigest(document.key)}.json`)
  await writeResult(io, file, `${JSON.stringify(document)}\n`)
  const evaluations = curve.nfe.reduce((sum, nfe) => sum + nfe, 0)
  const recent = curve.nfe.slice(-20)
  const recentNfe = recent.reduce((sum, nfe) => sum + nfe, 0) / recent.length
  const result = { file, method: 'paper', generations, evaluations, steps: curve.steps, recentNfe }
  if (options.json) return io.out(JSON.stringify(result, null, 2))
  const summary = `${evaluations} evaluations over ${generations} generations, lately ${recentNfe.toFixed(1)} of ${curve.steps} steps`
  io.out(`${file}: ${summary}`)
}
