import { certificateOf, planRows, promptsOf } from '@fastflow/bench'
import { type CalibrationProgress, invalidArgument, type Plan } from '@fastflow/core'
import { type CalibrationOptions, type Pipeline, planDigest } from '@fastflow/pipelines'
import { planTable } from '@fastflow/report'
import { digestOf, readCases } from '../cases.ts'
import { type CheckpointFile, openCheckpoint } from '../checkpoint-file.ts'
import { fileAt, isFile, type OutputPlace, pathAt, prepareFile } from '../files.ts'
import type { Io } from '../io.ts'
import { readPlanFile } from '../policy-file.ts'
import { createProgress } from '../progress.ts'
import { writeResult } from '../rescue.ts'
import { runSettingsOf } from '../run-options.ts'
import { withPipeline } from '../session.ts'
import { sha256 } from '../sha256.ts'
import type { CalibrateCommandOptions } from './calibrate-options.ts'
import { certificateLine } from './policy.ts'

/** Makes a plan. An interrupted calibration goes on from a checkpoint beside the file, which is removed at the end. */
export async function calibratePlan(
  io: Io,
  options: CalibrateCommandOptions,
  output: OutputPlace,
): Promise<void> {
  await withPipeline(io, options, async (pipe) => {
    const { settings, digest } = settingsOf(pipe, options)
    const cases = options.cases === undefined ? undefined : await readCases(io, pipe, options.cases)
    const start =
      options.start === undefined
        ? undefined
        : await readPlanFile(pathAt(io, options.start, '--start'), '--start')
    const file = fileAt(output, `${digest}.json`)
    if (output.isFolder) await prepareFile(io, file, '--out')
    const checkpoint = await openCheckpoint(`${file}.checkpoint`, {
      plan: digest,
      target: options.target ?? 'baseline',
      evaluations: options.evaluations ?? null,
      budgets: options.nfe ?? null,
      passes: options.passes ?? null,
      cases: cases ? digestOf(cases) : null,
      start: start ? sha256(JSON.stringify(start)) : null,
    })
    if (checkpoint.note !== undefined) io.log(checkpoint.note)
    const resumedAt = checkpoint.found?.spent
    if (resumedAt !== undefined)
      io.log(`going on from ${checkpoint.path}: ${resumedAt} evaluations were made`)
    const shown = cases && promptsOf(cases)
    const frontier = await run(io, pipe, { ...settings, ...shown, ...(start && { start }) }, checkpoint)
    await writeResult(io, file, `${JSON.stringify(frontier)}\n`)
    await checkpoint.remove().catch((error: Error) => io.log(`${checkpoint.path} stays: ${error.message}`))
    report(io, options, { file, frontier, resumedAt })
  })
}

function settingsOf(
  pipe: Pipeline,
  options: CalibrateCommandOptions,
): { readonly settings: CalibrationOptions; readonly digest: string } {
  const { nfe, passes, evaluations, certify, target, steps: numSteps = pipe.defaults.numSteps } = options
  const tooMany = nfe?.find((budget) => budget >= numSteps)
  if (tooMany !== undefined) throw invalidArgument('--nfe', `${tooMany} is not below the ${numSteps} steps`)
  const run = runSettingsOf(options)
  const settings = {
    ...run,
    ...(nfe && { budgets: nfe }),
    ...(passes && { passes }),
    ...(evaluations !== undefined && { evaluations }),
    ...(certify !== undefined && { certify }),
    ...(target && { target }),
  }
  return { settings, digest: planDigest(pipe.planKey(run)) }
}

async function run(
  io: Io,
  pipe: Pipeline,
  settings: CalibrationOptions,
  checkpoint: CheckpointFile,
): Promise<Plan> {
  const progress = createProgress(io, `calibrate ${pipe.model}`)
  let ended = false
  let announced = false
  try {
    const frontier = await pipe.calibrate({
      ...settings,
      signal: io.signal,
      onNote: (note) => io.log(note),
      ...(checkpoint.found && { checkpoint: checkpoint.found }),
      onCheckpoint: checkpoint.save,
      onProgress: (now) => {
        if (!announced) io.log(costOf(now))
        announced = true
        const { stage, budget, evaluations, limit } = now
        progress.update(evaluations, limit, budget === undefined ? stage : `${stage} ${budget}`)
      },
    })
    ended = true
    return frontier
  } finally {
    progress.end()
    await checkpoint.settle().catch((error: Error) => io.log(error.message))
    if (!ended && (await isFile(checkpoint.path))) io.log(`the same command goes on from ${checkpoint.path}`)
  }
}

/** What is about to be spent, and whether anything will be certified by it. */
function costOf({ limit, certificate }: CalibrationProgress): string {
  if (certificate === undefined)
    return `at most ${limit} evaluations, which certify nothing: plans for --psnr take --certify 0.95 too`
  const { confidence, runs, evaluations } = certificate
  return `at most ${limit} evaluations, ${evaluations} of them for ${runs} held-out run${runs === 1 ? '' : 's'} that certify ${confidence}`
}

export function report(
  io: Io,
  { json }: Pick<CalibrateCommandOptions, 'json'>,
  result: { readonly file: string; readonly frontier: Plan; readonly resumedAt: number | undefined },
): void {
  const { file, frontier, resumedAt } = result
  const { key, calibration, floor } = frontier.document
  const steps = key.schedule.sigmas.length - 1
  const { evaluations, fullGenerations } = calibration
  if (json) {
    const cost = { evaluations, fullGenerations, resumedAt }
    const document = {
      file,
      method: 'plan',
      target: key.target,
      steps,
      ...cost,
      floor,
      certificate: certificateOf(frontier),
      ...planRows(frontier),
    }
    io.out(JSON.stringify(document, null, 2))
    return
  }
  io.out(`${file}: ${evaluations} evaluations (${fullGenerations} full generations of ${steps} steps)`)
  io.out(planTable(frontier))
  io.out(certificateLine(frontier))
}
