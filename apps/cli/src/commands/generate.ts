import { join, resolve } from 'node:path'
import type { GeneratedImage, GenerateResult } from '@fastflow/pipelines'
import { prepareFolder, writeWhole } from '../files.ts'
import type { Io } from '../io.ts'
import { encodePng } from '../png.ts'
import { createProgress } from '../progress.ts'
import { type ModelOptions, withLoopLag, withPipeline } from '../session.ts'
import { accelerationOf } from './accelerate.ts'

export interface GenerateCommandOptions extends ModelOptions {
  readonly class: string
  readonly seed: number
  readonly count: number
  readonly out: string
  readonly steps?: number
  readonly guidance?: number
  readonly accelerate: 'off' | 'paper' | 'plan'
  readonly nfe?: number
  readonly psnr?: number
  readonly confidence?: number
  readonly arms?: readonly number[]
  readonly cache: string
  readonly policy?: string
  readonly json?: boolean
}

/** Images of a class as PNG files, with what each cost. */
export async function generateCommand(io: Io, options: GenerateCommandOptions): Promise<void> {
  const accelerate = await accelerationOf(io, options)
  const folder = resolve(io.cwd, options.out)
  await prepareFolder(folder)
  const files: string[] = []
  const { result, lagMs } = await withPipeline(
    io,
    { ...options, store: resolve(io.cwd, options.cache) },
    async (pipe) => {
      const progress = createProgress(io, `${pipe.model} ${options.class}`)
      const steps = options.steps ?? pipe.defaults.numSteps
      const write = async (item: GeneratedImage): Promise<void> => {
        const file = join(folder, `${pipe.model}-${item.caption}-${item.seed}.png`)
        await writeWhole(
          file,
          await encodePng(item.image, metadataOf(pipe.model, pipe.digest, options, item)),
        )
        files.push(file)
      }
      try {
        return await withLoopLag(() =>
          pipe.generate(/^\d+$/.test(options.class) ? Number(options.class) : options.class, {
            seed: options.seed,
            count: options.count,
            accelerate,
            ...(options.steps !== undefined && { numSteps: options.steps }),
            ...(options.guidance !== undefined && { guidanceScale: options.guidance }),
            signal: io.signal,
            clock: () => performance.now(),
            onStep: ({ image, index }) =>
              progress.update(image * steps + index, options.count * steps, 'steps'),
            onImage: write,
          }),
        )
      } finally {
        progress.end()
      }
    },
  )
  for (const note of result.notes) io.log(note)
  if (options.json) io.out(JSON.stringify(documentOf(options, result, files, lagMs), null, 2))
  else
    for (const [i, item] of result.items.entries())
      io.out(describe(item, result.plan?.key.target ?? 'baseline', files[i]!))
}

/** What an image file says of itself: enough to compute it again. No timings, so equal runs give equal bytes. */
function metadataOf(
  model: string,
  digest: string,
  options: GenerateCommandOptions,
  { caption, seed, stats }: GeneratedImage,
): Record<string, unknown> {
  const { nfe, steps, decisions, estimatedPsnr } = stats
  const run = {
    model,
    digest,
    class: caption,
    seed,
    steps,
    guidance: options.guidance,
    accelerate: options.accelerate,
  }
  return { ...run, nfe, decisions, estimatedPsnr }
}

function documentOf(
  options: GenerateCommandOptions,
  { items, policy, plan, notes }: GenerateResult,
  files: readonly string[],
  lagMs: number,
): Record<string, unknown> {
  const mean = (value: (item: GeneratedImage) => number): number =>
    items.reduce((sum, item) => sum + value(item), 0) / items.length
  return {
    model: options.model,
    class: items[0]?.caption,
    accelerate: options.accelerate,
    steps: items[0]?.stats.steps,
    nfe: mean(({ stats }) => stats.nfe),
    passes: mean(({ stats }) => stats.passes),
    eventLoopLagP99Ms: lagMs,
    policyGenerations: (policy?.state as { generations?: number } | undefined)?.generations,
    plan: plan && {
      target: plan.key.target,
      budgets: plan.plans.map(({ budget }) => budget),
      ...plan.calibration,
    },
    notes,
    images: items.map(({ seed, stats: { mismatches, velocityMs, ...stats } }, i) => ({
      file: files[i],
      seed,
      ...stats,
    })),
  }
}

function describe({ seed, stats }: GeneratedImage, target: 'baseline' | 'exact', file: string): string {
  const ms = Math.round(stats.modelMs + stats.overheadMs)
  const cost = `evaluated ${stats.nfe} of ${stats.steps} steps${fidelity(stats, target)}, ${ms} ms`
  return `${file}: seed ${seed}, ${cost}\n  ${stats.decisions}`
}

function fidelity(
  { estimatedPsnr, estimateBasis }: GeneratedImage['stats'],
  target: 'baseline' | 'exact',
): string {
  if (estimatedPsnr === undefined) return ''
  const to = `${estimatedPsnr.toFixed(1)} dB to the ${target === 'exact' ? 'exact solution' : 'full run'}`
  if (estimateBasis === 'mismatches') return `, at best about ${to}`
  return `, on average ${to} in calibration (${estimateBasis})`
}
