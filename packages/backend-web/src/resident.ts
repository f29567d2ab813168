import type { Feeds, ResidentRunner, ResidentTensor, RunResult, Tensor } from '@fastflow/core'
import { checkCall, checkShape } from '@fastflow/core/backend'
import type { GpuVector, GpuVectors } from './gpu-vectors.ts'
import type { LoadedModel } from './host.ts'

type Vectors = Readonly<Record<string, ResidentTensor<GpuVector>>>

/** Lets a model run on vectors; `serve` counts the call among those that a disposal waits for. */
export function residentRunner(
  model: LoadedModel,
  { space, upload, download }: GpuVectors,
  serve: (call: () => Promise<RunResult>) => Promise<RunResult>,
): ResidentRunner {
  const { inputs, outputs } = model.info
  const runner: ResidentRunner<GpuVector> = {
    space,
    upload,
    download,
    run: (all, targets) =>
      serve(() => {
        const { feeds, vectors } = apart(all)
        const names = Object.keys(targets)
        const fed = inputs.filter(({ name }) => vectors[name] === undefined)
        checkCall(fed, outputs, feeds, { fetches: names })
        for (const input of inputs) checkVector('feeds', input, vectors[input.name])
        for (const output of outputs) checkVector('outputs', output, targets[output.name])
        const resident = { feeds: named(vectors), outputs: named(targets) }
        return model.run(feeds, { fetches: names, into: {}, resident })
      }),
  }
  return runner as ResidentRunner
}

function apart(all: Readonly<Record<string, Tensor | ResidentTensor<GpuVector>>>): {
  readonly feeds: Feeds
  readonly vectors: Vectors
} {
  const feeds: Record<string, Tensor> = {}
  const vectors: Record<string, ResidentTensor<GpuVector>> = {}
  for (const [name, feed] of Object.entries(all)) {
    if ('vector' in feed) vectors[name] = feed
    else feeds[name] = feed
  }
  return { feeds, vectors }
}

function checkVector(
  side: string,
  info: Parameters<typeof checkShape>[2],
  tensor: ResidentTensor<GpuVector> | undefined,
): void {
  if (tensor === undefined) return
  const { vector, dims } = tensor
  checkShape(`${side}.${info.name}`, { type: 'float32', dims, length: vector.length }, info)
}

function named(vectors: Vectors): { name: string; vector: number; dims: readonly number[] }[] {
  return Object.entries(vectors).map(([name, { vector, dims }]) => ({ name, vector: vector.id, dims }))
}
