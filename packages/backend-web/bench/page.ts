import { type Accelerate, loadPipeline, type Pipeline, syntheticImages } from '@fastflow/pipelines'
import { webBackend } from '../src/index.ts'

/** What `browser.mjs` calls. */
export interface Bench {
  cycle(model: string): Promise<void>
  compare(model: string, rounds: number): Promise<Comparison>
}

/** Milliseconds an image, and what it cost. */
export interface Comparison {
  readonly executionProvider: string
  readonly full: readonly number[]
  readonly accelerated: readonly number[]
  readonly passes: { readonly full: number; readonly accelerated: number }
  /** Milliseconds outside of sampling: encoders and decoder. */
  readonly fixed: readonly number[]
  /** Main-thread tasks of 50 ms or more while generating. */
  readonly longTasks: readonly number[]
}

const subjects: Readonly<Record<string, string>> = {
  cifar10: 'cat',
  'emoji-edit': 'make it flat',
  'emoji-motion': 'a red apple bouncing, 3d',
}

async function generate(pipe: Pipeline, accelerate: Accelerate, seed: number) {
  const image = pipe.task === 'image-editing' ? { image: syntheticImages(pipe.size)[0]! } : {}
  const subject = subjects[pipe.model] ?? 'a red fox, 3d'
  const start = performance.now()
  const clock = (): number => performance.now()
  const { items } = await pipe.generate(subject, { seed, accelerate, clock, ...image })
  const ms = performance.now() - start
  const { stats } = items[0]!
  return { ms, fixed: ms - stats.modelMs - stats.overheadMs, stats }
}

const bench: Bench = {
  async cycle(model) {
    const pipe = await loadPipeline(model, {
      backend: webBackend({ executionProviders: ['wasm'], threads: 2 }),
    })
    await generate(pipe, 'off', 1)
    await pipe.dispose()
  },
  async compare(model, rounds) {
    const backend = webBackend({ executionProviders: ['wasm'], threads: 2 })
    const pipe = await loadPipeline(`/models/${model}`, { backend })
    const plan: Accelerate = { method: 'plan', nfe: 12 }
    // Shaders, caches and plans are ready after one of each.
    const { stats: full } = await generate(pipe, 'off', 0)
    const { stats: accelerated } = await generate(pipe, plan, 0)
    const longTasks: number[] = []
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasks.push(duration)
    })
    observer.observe({ type: 'longtask' })
    const times = { full: [] as number[], accelerated: [] as number[], fixed: [] as number[] }
    for (let round = 1; round <= rounds; round++) {
      for (const [name, accelerate] of [['full', 'off'] as const, ['accelerated', plan] as const]) {
        const { ms, fixed } = await generate(pipe, accelerate, round)
        times[name].push(ms)
        times.fixed.push(fixed)
      }
    }
    observer.disconnect()
    const { executionProvider } = pipe
    await pipe.dispose()
    const passes = { full: full.passes, accelerated: accelerated.passes }
    return { executionProvider, ...times, passes, longTasks }
  },
}

Object.assign(globalThis, { bench })
