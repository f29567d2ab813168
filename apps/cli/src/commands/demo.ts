import { join, resolve } from 'node:path'
import { FastFlowError } from '@fastflow/core'
import { benchTable } from '../bench/table.ts'
import { prepareFolder, writeWhole } from '../files.ts'
import type { Io } from '../io.ts'
import { listModels } from '../models.ts'
import type { ModelSection } from '../report/document.ts'
import { renderReport } from '../report/report.ts'
import { benchModel } from './bench.ts'
import { slugOf } from './produce.ts'

export interface DemoCommandOptions {
  readonly out: string
  readonly samples: number
  readonly generations: number
  readonly threads?: number
  readonly command: string
}

/** Budgets the demo compares at: from barely recognisable to nearly the same. */
const BUDGETS = [10, 15, 19]

/** Methods whose images are written as files of their own; the report has more. */
const WRITTEN: readonly string[] = ['full', 'plan-10', 'paper']

/** Every shipped model, baseline against accelerated: images, a table and one HTML report. */
export async function demoCommand(io: Io, options: DemoCommandOptions): Promise<void> {
  const folder = resolve(io.cwd, options.out)
  await prepareFolder(folder)
  const models = await listModels(io)
  if (models.size === 0) {
    const message = 'models: none found; set FASTFLOW_MODELS to a folder of model folders'
    throw new FastFlowError({ code: 'model-not-found', field: 'models', message })
  }
  const sections: ModelSection[] = []
  for (const [name, model] of models) {
    io.log(
      `${name}: learning over ${options.generations} generations, then measuring on ${options.samples} samples`,
    )
    const scope = { plans: true, oracle: false, tune: 0 } as const
    const section = await benchModel(io, { ...options, ...scope, model, nfe: BUDGETS, seed: 0 })
    await writePictures(folder, section)
    sections.push(section)
    io.out(`${name}\n${benchTable(section.bench)}\n`)
  }
  const report = join(folder, 'report.html')
  await writeWhole(
    report,
    renderReport({
      title: 'FastFlow',
      created: new Date().toISOString(),
      command: options.command,
      sections,
    }),
  )
  io.out(`report: ${report}`)
}

async function writePictures(folder: string, { model, comparisons }: ModelSection): Promise<void> {
  for (const { caption, seed, pictures } of comparisons) {
    for (const { method, png } of pictures.filter(({ method }) => WRITTEN.includes(method))) {
      await writeWhole(
        join(folder, `${model}-${slugOf(caption)}-${seed}-${method}.png`),
        Buffer.from(png, 'base64'),
      )
    }
  }
}
