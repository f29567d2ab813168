import { join } from 'node:path'
import {
  type BenchTerms,
  demoSubjects,
  effortFor,
  expectedMs,
  leastMs,
  shareOf,
  subjectsOf,
  takingTurns,
  timeEvaluation,
} from '@fastflow/bench'
import { FastFlowError } from '@fastflow/core'
import { resultName } from '@fastflow/media'
import type { Pipeline } from '@fastflow/pipelines'
import { benchTable, type ModelSection, renderReport } from '@fastflow/report'
import { pathAt, prepareFile, prepareFolder, writeWhole } from '../files.ts'
import type { Io } from '../io.ts'
import { listModels } from '../models.ts'
import { writeResult } from '../rescue.ts'
import { measureSection } from '../section/section.ts'
import { openPipeline, withPipeline } from '../session.ts'

export interface DemoCommandOptions {
  readonly out: string
  /** Names or paths of models; all that are found by default. */
  readonly models?: readonly string[]
  /** Minutes for all models together, about. */
  readonly minutes: number
  readonly samples: number
  readonly generations: number
  readonly threads?: number
  readonly command: string
}

/** Methods whose images are written as files of their own; the report has more. */
const WRITTEN: readonly string[] = ['full', 'plan-10', 'plan-15', 'paper']

/**
 * Every shipped model, baseline against accelerated: images, edits and clips, a table and one HTML report.
 *
 * Each model gets the time it needs at least and an equal share of the rest, and does as much as fits.
 */
export async function demoCommand(io: Io, options: DemoCommandOptions): Promise<void> {
  const folder = pathAt(io, options.out, '--out')
  await prepareFolder(folder)
  const found = await listModels(io)
  const models = options.models ?? [...found.keys()]
  if (models.length === 0) {
    const message = 'models: none found; set FASTFLOW_MODELS to a folder of model folders'
    throw new FastFlowError({ code: 'model-not-found', field: 'models', message })
  }
  const report = join(folder, 'report.html')
  await prepareFile(io, report, '--out')
  const sections: ModelSection[] = []
  const end = performance.now() + 60_000 * options.minutes
  const costs: DemoCost[] = []
  for (const model of models)
    costs.push(await withPipeline(io, { ...options, model }, (pipe) => costOf(io, pipe)))
  for (const [n, model] of models.entries()) {
    const ms = shareOf(
      end - performance.now(),
      costs.slice(n).map(({ least }) => least),
    )
    const { each } = costs[n]!
    const section = await withPipeline(io, { ...options, model }, (pipe) =>
      show(io, pipe, { ...options, found, each, ms }),
    )
    sections.push(section)
    io.out(`${section.model}\n${benchTable(section.bench)}\n`)
    await writePictures(folder, section)
    await writeReport(io, report, options.command, sections)
  }
  io.out(`report: ${report}`)
}

/** What a demo of a model costs, in milliseconds: an evaluation, and the least that can be shown. */
interface DemoCost {
  readonly each: number
  readonly least: number
}

async function costOf(io: Io, pipe: Pipeline): Promise<DemoCost> {
  const turns = takingTurns(pipe, await subjectsOf(pipe))
  const each = await timeEvaluation(
    (numSteps) => turns.generateTurn(0, { numSteps, signal: io.signal }),
    () => performance.now(),
  )
  return { each, least: leastMs(pipe, each) }
}

interface ShowOptions extends Pick<DemoCommandOptions, 'samples' | 'generations' | 'threads'> {
  readonly found: ReadonlyMap<string, string>
  /** Milliseconds of an evaluation. */
  readonly each: number
  /** Milliseconds there are. */
  readonly ms: number
}

async function show(io: Io, pipe: Pipeline, options: ShowOptions): Promise<ModelSection> {
  const { threads, samples, generations, found, each, ms } = options
  const began = performance.now()
  const open = async (name: string): Promise<Pipeline | undefined> => {
    const model = found.get(name)
    return model === undefined ? undefined : openPipeline(io, { ...options, model })
  }
  const subjects = await demoSubjects(pipe, { most: samples, open, signal: io.signal })
  const terms = effortFor(pipe, ms - (performance.now() - began), each, { samples, generations })
  io.log(`${pipe.model}: ${inWords(terms)}; about ${Math.ceil(expectedMs(terms, each) / 1000)} s`)
  return measureSection(io, pipe, { terms, subjects, threads })
}

function inWords({ samples, plans, paperGenerations }: BenchTerms): string {
  const learning =
    plans === 'calibrated' ? `learning over ${paperGenerations} generations and planning, then ` : ''
  return `${learning}measuring on ${samples} samples`
}

async function writeReport(
  io: Io,
  path: string,
  command: string,
  sections: readonly ModelSection[],
): Promise<void> {
  const created = new Date().toISOString()
  await writeResult(io, path, renderReport({ title: 'FastFlow', created, command, sections }))
}

async function writePictures(folder: string, { model, comparisons }: ModelSection): Promise<void> {
  for (const { caption, seed, pictures, source } of comparisons) {
    const write = async (name: string, { type, base64 }: NonNullable<typeof source>): Promise<void> => {
      const file = `${resultName(model, caption, seed)}-${name}.${type.slice('image/'.length)}`
      await writeWhole(join(folder, file), Buffer.from(base64, 'base64'))
    }
    if (source) await write('before', source)
    for (const { method, media } of pictures.filter(({ method }) => WRITTEN.includes(method)))
      await write(method, media)
  }
}
