import type { Tensor as OrtTensor } from 'onnxruntime-node'
import type { ExecutionProviderConfig } from '../execution/providers.ts'
import { messageOf } from '../failure.ts'
import type { Runtime } from '../runtime.ts'
import {
  halfInput,
  halfModel,
  halfOutput,
  probeDims,
  probeInput,
  probeModel,
  probeOutput,
} from './probe-model.ts'
import { notOffered, whyNot } from './remedies.ts'

/**
 * Largest difference from the right numbers, relative to the largest of them, that a provider may show: units in the last place
 * of float16, the least precise numbers that networks of one plan are run in. TensorFloat-32 of NVIDIA's cards is within.
 */
const TOLERANCE = 2 ** -9

/**
 * Runs a small network on a provider, with no other to fall back on, and compares the answer with the right one.
 *
 * @throws Error saying in one line why networks cannot be run on it, and what to install.
 */
export async function probe(runtime: Runtime, provider: ExecutionProviderConfig): Promise<void> {
  const offered = runtime.listSupportedBackends().map(({ name }) => name)
  if (!offered.includes(provider.name)) throw new Error(notOffered(provider.name, offered))
  const x = new runtime.Tensor('float32', probeInput(), probeDims)
  const output = await answer(runtime, provider, probeModel(), x).catch((error: unknown) => {
    throw new Error(whyNot(provider.name, error))
  })
  checkAnswer(output)
}

/**
 * The same in float16, for networks that take or give it: cards without it load them, and fail when they run.
 *
 * @throws Error saying in one line why they cannot be run on it.
 */
export async function probeHalf(runtime: Runtime, provider: ExecutionProviderConfig): Promise<void> {
  const x = new runtime.Tensor('float16', Uint16Array.from(halfInput), [halfInput.length])
  const bits = await answer(runtime, provider, halfModel(), x).catch((error: unknown) => {
    throw new Error(`it does not run float16 (${messageOf(error)})`)
  })
  if (halfOutput.some((value, index) => bits[index] !== value))
    throw new Error('it computes wrong answers in float16')
}

async function answer(
  runtime: Runtime,
  provider: ExecutionProviderConfig,
  model: Uint8Array,
  x: OrtTensor,
): Promise<ArrayLike<number>> {
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
    // Without it a network that the provider refuses is run on the processor, and nobody is told.
    ...(provider.name !== 'cpu' && { extra: { session: { disable_cpu_ep_fallback: '1' } } }),
  })
  try {
    const { y } = await session.run({ x })
    return (y?.data ?? []) as Float32Array | Uint16Array
  } finally {
    await session.release()
  }
}

/** @throws Error where these are not the numbers that the small network gives, up to rounding. */
export function checkAnswer(given: ArrayLike<number>): void {
  const right = probeOutput(probeInput())
  const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const off = right.reduce((most, value, index) => {
    const distance = Math.abs(value - (given[index] ?? Number.NaN))
    return Number.isNaN(distance) ? Infinity : Math.max(most, distance)
  }, 0)
  if (off <= TOLERANCE * largest) return
  const percent =
    off === Infinity ? 'no numbers' : `numbers that are off by ${((100 * off) / largest).toPrecision(2)}%`
  throw new Error(`it computes wrong answers: a small network gave ${percent}`)
}
