import { availableParallelism, totalmem } from 'node:os'
import { executionSupport } from '@fastflow/backend-node'
import { syntheticImages } from '@fastflow/pipelines'
import { isCancelled } from '../errors.ts'
import type { Io } from '../io.ts'
import { listModels } from '../models.ts'
import { withPipeline } from '../session.ts'

/** One thing that works on this machine, or what to do so that it does. */
interface Check {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
}

/** What works on this machine. Fails when something FastFlow cannot do without is missing. */
export async function doctorCommand(io: Io, options: { readonly json?: boolean }): Promise<boolean> {
  const checks = [
    nodeCheck(),
    machineCheck(),
    ...(await onnxChecks()),
    await sharpCheck(),
    ...(await modelChecks(io)),
  ]
  if (options.json) io.out(JSON.stringify({ ok: checks.every(({ ok }) => ok), checks }, null, 2))
  else
    for (const { name, ok, detail } of checks) io.out(`${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(18)} ${detail}`)
  return checks.every(({ ok }) => ok)
}

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const ok = major > 20 || (major === 20 && minor >= 19)
  return {
    name: 'node',
    ok,
    detail: ok ? process.version : `${process.version}: install Node 20.19 or newer`,
  }
}

function machineCheck(): Check {
  const memory = Math.round(totalmem() / 2 ** 30)
  const detail = `${process.platform} ${process.arch}, ${availableParallelism()} cores, ${memory} GiB memory`
  return { name: 'machine', ok: true, detail }
}

/** Only the processor has to work; of the others it is said why they do not, and what to install. */
async function onnxChecks(): Promise<Check[]> {
  try {
    const support = await executionSupport()
    const working = support.filter(({ works }) => works).map(({ executionProvider }) => executionProvider)
    const detail = `networks run on ${working.join(', ') || 'nothing'}`
    const others = support.filter(({ works }) => !works)
    return [
      { name: 'onnxruntime-node', ok: working.includes('cpu'), detail },
      ...others.map(({ executionProvider: name, reason }) => ({
        name,
        ok: true,
        detail: `not used: ${reason}`,
      })),
    ]
  } catch (error) {
    const fix = 'npm install onnxruntime-node (ONNXRUNTIME_NODE_INSTALL=skip when offline)'
    return [missing('onnxruntime-node', fix, error)]
  }
}

async function sharpCheck(): Promise<Check> {
  try {
    const { default: sharp } = await import('sharp')
    return { name: 'sharp', ok: true, detail: `${sharp.versions.sharp}, libvips ${sharp.versions.vips}` }
  } catch (error) {
    return missing('sharp', 'npm install sharp', error)
  }
}

async function modelChecks(io: Io): Promise<Check[]> {
  const models = await listModels(io)
  if (models.size === 0) {
    return [
      { name: 'models', ok: false, detail: 'none found: set FASTFLOW_MODELS to a folder of model folders' },
    ]
  }
  const checks: Check[] = []
  for (const [model, folder] of models) {
    try {
      const detail = await withPipeline(io, { model: folder }, async (pipe) => {
        const began = performance.now()
        const [image] = syntheticImages(pipe.size)
        const { items } = await pipe.generate(pipe.task === 'class-to-image' ? 0 : 'a', {
          numSteps: 2,
          signal: io.signal,
          clock: () => performance.now(),
          ...(pipe.task === 'image-editing' && image && { image }),
        })
        const perPass = items[0]!.stats.modelMs / items[0]!.stats.passes
        const what = pipe.task === 'class-to-image' ? `${pipe.labels.length} classes` : pipe.task
        return `${what}, ${perPass.toFixed(1)} ms a pass, two steps in ${Math.round(performance.now() - began)} ms`
      })
      checks.push({ name: `model ${model}`, ok: true, detail })
    } catch (error) {
      if (isCancelled(io.signal, error)) throw error
      checks.push({
        name: `model ${model}`,
        ok: false,
        detail: error instanceof Error ? error.message : String(error),
      })
    }
  }
  return checks
}

function missing(name: string, fix: string, error: unknown): Check {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
  return { name, ok: false, detail: `${reason}: ${fix}` }
}
