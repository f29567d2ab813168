import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { FastFlowError } from '@fastflow/core'
import type { GeneratedImage, GenerateResult, PaperAcceleration, PolicyDocument } from '@fastflow/pipelines'
import { prepareFolder, writeWhole } from '../files.ts'
import type { Io } from '../io.ts'
import { encodePng } from '../png.ts'
import { createProgress } from '../progress.ts'
import { type ModelOptions, withLoopLag, withPipeline } from '../session.ts'

export interface GenerateCommandOptions extends ModelOptions {
  readonly class: string
  readonly seed: number
  readonly count: number
  readonly out: string
  readonly steps?: number
  readonly guidance?: number
  readonly accelerate: 'off' | 'paper'
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
        const file = join(folder, `${pipe.model}-${item.label}-${item.seed}.png`)
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
  else for (const [i, item] of result.items.entries()) io.out(describe(item, files[i]!))
}

async function accelerationOf(io: Io, options: GenerateCommandOptions): Promise<'off' | PaperAcceleration> {
  if (options.accelerate === 'off') return 'off'
  const arms = options.arms && { arms: options.arms }
  if (options.policy === undefined) return { method: 'paper', ...arms }
  return { method: 'paper', ...arms, policy: await readPolicy(resolve(io.cwd, options.policy)), learn: false }
}

/** A policy file; whether it fits is checked where the model is known. */
async function readPolicy(path: string): Promise<PolicyDocument> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read'
    throw new FastFlowError({
      code: 'policy-unreadable',
      field: '--policy',
      message: `--policy: ${path} ${reason}; write one with "fastflow calibrate --method paper --out FILE"`,
      cause,
    })
  }
}

/** What an image file says of itself: enough to compute it again. No timings, so equal runs give equal bytes. */
function metadataOf(
  model: string,
  digest: string,
  options: GenerateCommandOptions,
  { label, seed, stats }: GeneratedImage,
): Record<string, unknown> {
  const { nfe, steps, decisions, estimatedPsnr } = stats
  const run = {
    model,
    digest,
    class: label,
    seed,
    steps,
    guidance: options.guidance,
    accelerate: options.accelerate,
  }
  return { ...run, nfe, decisions, estimatedPsnr }
}

function documentOf(
  options: GenerateCommandOptions,
  { items, policy, notes }: GenerateResult,
  files: readonly string[],
  lagMs: number,
): Record<string, unknown> {
  const mean = (value: (item: GeneratedImage) => number): number =>
    items.reduce((sum, item) => sum + value(item), 0) / items.length
  return {
    model: options.model,
    class: items[0]?.label,
    accelerate: options.accelerate,
    steps: items[0]?.stats.steps,
    nfe: mean(({ stats }) => stats.nfe),
    passes: mean(({ stats }) => stats.passes),
    eventLoopLagP99Ms: lagMs,
    policyGenerations: (policy?.state as { generations?: number } | undefined)?.generations,
    notes,
    images: items.map(({ seed, stats: { mismatches, velocityMs, ...stats } }, i) => ({
      file: files[i],
      seed,
      ...stats,
    })),
  }
}

function describe({ seed, stats }: GeneratedImage, file: string): string {
  const psnr =
    stats.estimatedPsnr === undefined ? '' : `, about ${stats.estimatedPsnr.toFixed(1)} dB to the full run`
  const ms = Math.round(stats.modelMs + stats.overheadMs)
  return `${file}: seed ${seed}, evaluated ${stats.nfe} of ${stats.steps} steps${psnr}, ${ms} ms\n  ${stats.decisions}`
}
