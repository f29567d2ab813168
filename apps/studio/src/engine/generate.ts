import type { IndexedDbPolicyStore } from '@fastflow/backend-web'
import type { QualityProxy } from '@fastflow/core'
import type { Accelerate, Metric, Pipeline, TargetAcceleration } from '@fastflow/pipelines'
import { recordGeneration } from './knowledge.ts'
import type { Commands, StepReport, Take } from './protocol.ts'

export interface GenerateContext {
  readonly store: IndexedDbPolicyStore
  readonly proxyFor: (metric: Metric) => Promise<{ readonly proxy?: QualityProxy }>
  readonly report: (report: StepReport) => void
  readonly signal: AbortSignal
}

/** One picture, whose steps are reported with previews. */
export async function generate(
  pipe: Pipeline,
  { subject, options, accelerate }: Commands['generate']['input'],
  { store, proxyFor, report, signal }: GenerateContext,
): Promise<Take> {
  let decisions = ''
  const started = performance.now()
  const { items, notes, policy } = await pipe.generate(subject, {
    ...options,
    accelerate: isTarget(accelerate)
      ? { ...accelerate, ...(await proxyFor(accelerate.target.lpips === undefined ? 'psnr' : 'lpips')) }
      : accelerate,
    signal,
    clock: () => performance.now(),
    async onStep({ preview, ...event }) {
      decisions += event.decisions
      const { index, numSteps, nfe } = event
      report({ index, numSteps, nfe, decisions, jump: event.decisions, preview: await preview() })
    },
  })
  const wallMs = performance.now() - started
  const { index: _, ...item } = items[0]!
  const troubles: string[] = []
  // The image is worth more than the curve it is a point of.
  if (policy)
    await recordGeneration(store, policy, item.stats.nfe, isFresh(accelerate)).catch((error: Error) =>
      troubles.push(`the learning curve cannot be stored: ${error.message}`),
    )
  return { ...item, method: methodOf(accelerate, item.stats), notes: [...notes, ...troubles], wallMs }
}

function isTarget(accelerate: Accelerate): accelerate is TargetAcceleration {
  return typeof accelerate === 'object' && 'target' in accelerate
}

/** The row of a bench that a generation belongs to. */
function methodOf(accelerate: Accelerate, { nfe, steps }: Take['stats']): string {
  if (nfe === steps) return 'full'
  if (
    accelerate === 'paper' ||
    (typeof accelerate === 'object' && 'method' in accelerate && accelerate.method === 'paper')
  )
    return 'paper'
  const planned = typeof accelerate === 'object' && 'nfe' in accelerate ? accelerate.nfe : undefined
  return `plan-${planned ?? nfe}`
}

function isFresh(accelerate: Accelerate): boolean {
  return typeof accelerate === 'object' && 'fresh' in accelerate && accelerate.fresh === true
}
