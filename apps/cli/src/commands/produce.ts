import { clipNotes, encodeApng, encodePng, encodeWebp, resultName } from '@fastflow/media'
import type { Accelerate, FlowOptions, GeneratedImage, Pipeline } from '@fastflow/pipelines'
import { asTyped } from '../errors.ts'
import { pathAt, prepareFolder } from '../files.ts'
import type { Io } from '../io.ts'
import { placeFiles, type ResultFile } from '../place-files.ts'
import { createProgress } from '../progress.ts'
import { readingOf, runSettingsOf } from '../run-options.ts'
import { storeOf, withLoopLag, withPipeline } from '../session.ts'
import type { Origin } from './origin.ts'
import type { ProduceOptions } from './produce-options.ts'
import { describe, documentOf, evaluatedOf, metadataOf, type Produced, sizeOf } from './produced.ts'
import { requestOf } from './request.ts'
import { withAcceleration } from './target.ts'

/** What to make, once the model is known. */
export interface ProduceRequest extends Pick<FlowOptions, 'image'> {
  readonly subject: string | number
  /** Name of the picture's file, for the metadata. */
  readonly source?: string
}

/** Generates images or clips and writes each to files of its own, with what it cost. */
export async function produce(
  io: Io,
  options: ProduceOptions,
  request: (pipe: Pipeline) => Promise<ProduceRequest>,
): Promise<void> {
  const folder = pathAt(io, options.out, '--out')
  await prepareFolder(folder)
  const produced = await withAcceleration(io, options, (accelerate) =>
    withPipeline(io, { ...options, ...storeOf(io, options.cache) }, async (pipe) => {
      const { source, ...rest } = await request(pipe)
      const { width = pipe.size, height = pipe.size } = pipe.defaults
      const origin = {
        task: pipe.task,
        model: pipe.model,
        digest: pipe.digest,
        source,
        size: { width, height },
      }
      return run(io, pipe, options, { accelerate, folder, origin, request: rest })
    }),
  )
  const { result, files } = produced
  for (const note of result.notes) io.log(asTyped(note))
  io.log(evaluatedOf(result.items))
  if (options.json) io.out(JSON.stringify(documentOf(options, produced), null, 2))
  else
    for (const [i, item] of result.items.entries())
      io.out(describe(item, result.plan?.key.target ?? 'baseline', files[i]!.join(', ')))
}

async function run(
  io: Io,
  pipe: Pipeline,
  options: ProduceOptions,
  job: {
    readonly accelerate: Accelerate
    readonly folder: string
    readonly origin: Origin
    readonly request: ProduceRequest
  },
): Promise<Produced> {
  const { accelerate, folder, origin, request } = job
  const { subject, ...flow } = request
  const settings = { ...pipe.defaults, ...runSettingsOf(options) }
  const progress = createProgress(io, `${pipe.model} ${subject}`)
  const steps = options.steps ?? pipe.defaults.numSteps
  const files: (readonly string[])[] = []
  try {
    const { result, lagMs } = await withLoopLag(() =>
      pipe.generate(subject, {
        ...flow,
        seed: options.seed,
        count: options.count,
        accelerate,
        ...runSettingsOf(options),
        ...readingOf(options),
        signal: io.signal,
        clock: () => performance.now(),
        onStep: ({ image, index }) => progress.update(image * steps + index, options.count * steps, 'steps'),
        onImage: async (item) => {
          const made = requestOf(origin, options, { accelerate, image: flow.image, settings, item })
          const metadata = metadataOf(origin, options, item, made)
          const stem = resultName(pipe.model, item.caption, item.seed, sizeOf(origin, item))
          files.push(await placeFiles(folder, stem, made, await encode(item, metadata)))
        },
      }),
    )
    const notes = new Set(result.clips.flatMap(clipNotes))
    return { result: { ...result, notes: [...result.notes, ...notes] }, lagMs, origin, files }
  } finally {
    progress.end()
  }
}

async function encode(
  { image, clip }: GeneratedImage,
  metadata: Readonly<Record<string, unknown>>,
): Promise<readonly ResultFile[]> {
  if (clip === undefined) return [{ extension: '.png', bytes: await encodePng(image, metadata) }]
  return [
    { extension: '.webp', bytes: await encodeWebp(clip, metadata) },
    { extension: '.apng', bytes: await encodeApng(clip, metadata) },
  ]
}
