import { outdatedRuntime } from '@fastflow/core/backend'
import type { InferenceSession } from 'onnxruntime-web'
import type { Attempt } from '../support.ts'
import { probeModel } from './probe-model.ts'

export type Runtime = typeof import('onnxruntime-web')

/** A runtime that has run a network, and what it runs on in words. */
export interface StartedRuntime {
  readonly ort: Runtime
  /** Of WebGPU; our own, since onnxruntime gives its own up with its last session. */
  readonly device: GPUDevice | undefined
  /** For every session. */
  readonly executionProvider: InferenceSession.ExecutionProviderConfig
  readonly reason: string
}

/** @throws Error saying in one line why networks cannot be run this way. */
export async function startRuntime(attempt: Attempt, folder: string | undefined): Promise<StartedRuntime> {
  // Tensor reads this global once. Where it exists, float16 feeds given as raw bits are refused;
  // FastFlow carries float16 as raw bits everywhere, and nothing else runs in this thread.
  Reflect.deleteProperty(globalThis, 'Float16Array')
  const { executionProvider, threads } = attempt
  const card = executionProvider === 'webgpu' ? await openCard(attempt.software) : undefined
  const ort = await importRuntime(executionProvider, folder)
  // Its errors are thrown as well as printed; once is enough.
  ort.env.logLevel = 'fatal'
  ort.env.wasm.numThreads = threads
  const configured = card === undefined ? executionProvider : { name: executionProvider, device: card.device }
  await probe(ort, configured)
  const onThreads = `WebAssembly with SIMD on ${threads === 1 ? 'one thread' : `${threads} threads`}`
  return {
    ort,
    device: card?.device,
    executionProvider: configured,
    reason: card === undefined ? onThreads : `WebGPU on ${card.name}`,
  }
}

/** A graphics card with all that it can do, and its name. */
async function openCard(software: boolean): Promise<{ readonly device: GPUDevice; readonly name: string }> {
  if (navigator.gpu === undefined) {
    const why = globalThis.isSecureContext
      ? 'this browser has none'
      : 'the page is not served over HTTPS or from localhost'
    throw new Error(`there is no WebGPU: ${why}`)
  }
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter === null) throw new Error('WebGPU finds no graphics adapter that this browser may use')
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info
  const name = [vendor, architecture, description].filter(Boolean).join(' ') || 'an unnamed adapter'
  if (!software && (isFallbackAdapter || /swiftshader/i.test(name)))
    throw new Error(`WebGPU has a software adapter only (${name}), which is slower than WebAssembly`)
  const device = await adapter.requestDevice({
    requiredFeatures: features.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit]])),
  })
  return { device, name }
}

/** What onnxruntime's kernels use where there is it. */
const features = ['shader-f16', 'subgroups'] as const

/** Limits that WebGPU sets lower than cards do unless asked. */
const limits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const

async function importRuntime(
  executionProvider: 'webgpu' | 'wasm',
  folder: string | undefined,
): Promise<Runtime> {
  try {
    if (folder !== undefined) {
      const url = new URL(`ort.${executionProvider}.bundle.min.mjs`, folder).href
      return (await import(/* @vite-ignore */ /* webpackIgnore: true */ url)) as Runtime
    }
    // Two entries: the one without WebGPU is half the size.
    if (executionProvider === 'webgpu') return (await import('onnxruntime-web/webgpu')) as Runtime
    return (await import('onnxruntime-web/wasm')) as Runtime
  } catch (error) {
    const fix =
      folder === undefined
        ? 'install it beside @fastflow/backend-web, or say with the option runtime where its dist folder is served'
        : `is its dist folder served from ${folder}?`
    throw new Error(
      `onnxruntime-web cannot be loaded (${error instanceof Error ? error.message : error}); ${fix}`,
    )
  }
}

/** Runs a small network whose answer is known. */
async function probe(
  ort: Runtime,
  executionProvider: InferenceSession.ExecutionProviderConfig,
): Promise<void> {
  const session = await ort.InferenceSession.create(probeModel(), {
    executionProviders: [executionProvider],
    logSeverityLevel: 4,
  })
  const outdated = outdatedRuntime('onnxruntime-web', ort.env.versions?.web, session)
  if (outdated !== undefined) throw new Error(outdated)
  const { y, total } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(1, 2, 3), [1, 3]) })
  const got = [...((y?.data ?? []) as Float32Array), ...((total?.data ?? []) as Float32Array)]
  await session.release()
  if (got.join() !== '3,5,7,15')
    throw new Error(`a small network gave ${got.join(', ')} instead of 3, 5, 7, 15`)
}
