import { checkOptions, type OptionNames } from '../../check/options.ts'
import { checkWhole } from '../../check/values.ts'
import { invalidArgument } from '../../errors.ts'
import { checkFloats, checkSizes, float32Space } from '../float32.ts'
import type { Term, VectorSpace } from '../vector-space.ts'
import { createArena } from './arena.ts'
import { MAX_TERMS, WIDTH } from './kernels.ts'
import { type Kernels, loadKernels } from './runtime.ts'
import { BLOCK, createStaging, STAGING_BYTES, type Staging } from './staging.ts'

export interface SimdSpaceOptions {
  /**
   * Floats that vectors of this space may hold together. The memory is reserved at once and never grown; operating systems
   * commit it as it is used. At most 2^30 - 2^14.
   */
  readonly capacity: number
}

const names: OptionNames<SimdSpaceOptions> = { capacity: true }

/** What WebAssembly can address, less some room for the kernels. */
const MOST_FLOATS = 2 ** 30 - 2 ** 14

/**
 * Latents as Float32Array in WebAssembly memory, combined and reduced by SIMD kernels, some five times as fast as
 * {@link float32Space}; that space itself where the host has no SIMD or does not allow WebAssembly.
 *
 * Combinations are computed in float32 (relative rounding 2^-24 a term), reductions in float64 with the very sums of
 * {@link float32Space}. Results do not depend on where a vector lies: any Float32Array is accepted, one from elsewhere is copied
 * through in blocks. Give vectors back with `release`; where `capacity` is used up, new ones lie outside, at that price.
 *
 * @throws FastFlowError `invalid-argument` for a capacity that is no whole number of floats, or more than fit.
 */
export function simdSpace(options: SimdSpaceOptions): VectorSpace<Float32Array> {
  checkOptions('options', options, names)
  const capacity = checkWhole('capacity', options.capacity, 0, MOST_FLOATS)
  const kernels = loadKernels(STAGING_BYTES + capacity * Float32Array.BYTES_PER_ELEMENT)
  if (kernels === undefined) return float32Space
  const { buffer, free } = kernels
  const staging = createStaging(buffer, free)
  const arena = createArena(buffer, free + STAGING_BYTES)
  const reduce = (run: Kernels['dot'], a: Float32Array, b: Float32Array): number =>
    reduceBlocks(kernels, staging, run, a, b)
  return {
    version: 1,
    name: 'float32-simd',
    allocate: (like) => arena.allocate(checkFloats(like).length),
    clone(x) {
      const copy = arena.allocate(checkFloats(x).length)
      copy.set(x)
      return copy
    },
    release: arena.release,
    linearCombination: (out, terms) => combineBlocks(kernels, staging, out, terms),
    dot: (a, b) => reduce(kernels.dot, a, b),
    meanSquaredDifference: (a, b) => reduce(kernels.squares, a, b) / a.length,
    isFinite: (x) => everyFinite(kernels, staging, x),
  }
}

function combineBlocks(
  kernels: Kernels,
  staging: Staging,
  out: Float32Array,
  terms: readonly Term<Float32Array>[],
): void {
  let direct = out.buffer === kernels.buffer && terms.length <= MAX_TERMS
  for (let i = 0; i < terms.length; i++) {
    const { vector } = terms[i]!
    if (vector.length !== out.length)
      throw invalidArgument('vector', `has ${vector.length} values, the state ${out.length}`)
    direct &&= vector.buffer === kernels.buffer
  }
  if (terms.length === 0) out.fill(0)
  else if (direct) combineBlock(kernels, staging, out.byteOffset, terms, 0, out.length)
  else {
    for (let start = 0; start < out.length; start += BLOCK) {
      const size = Math.min(BLOCK, out.length - start)
      combineBlock(kernels, staging, staging.result, terms, start, size)
      staging.deliver(out, start)
    }
  }
}

/** Terms beyond what the kernels take are added to the sum of those before. */
function combineBlock(
  { addresses, weights, combine }: Kernels,
  staging: Staging,
  out: number,
  terms: readonly Term<Float32Array>[],
  start: number,
  size: number,
): void {
  let used = 0
  let taken = 0
  while (taken < terms.length) {
    for (; used < MAX_TERMS && taken < terms.length; used++, taken++) {
      const { weight, vector } = terms[taken]!
      addresses[2 * used] = staging.locate(used, vector, start)
      weights[2 * used + 1] = weight
    }
    combine[used - 1]!(out, out + whole(size, WIDTH.combine), out + 4 * size)
    addresses[0] = out
    weights[1] = 1
    used = 1
  }
}

function reduceBlocks(
  { buffer, sums }: Kernels,
  staging: Staging,
  run: Kernels['dot'],
  a: Float32Array,
  b: Float32Array,
): number {
  checkSizes(a, b)
  sums.fill(0)
  const step = a.buffer === buffer && b.buffer === buffer ? a.length : BLOCK
  for (let start = 0; start < a.length; start += step) {
    const size = Math.min(step, a.length - start)
    const first = staging.locate(0, a, start)
    run(first, staging.locate(1, b, start), first + whole(size, WIDTH.reduce), first + 4 * size)
  }
  return sums[0]! + sums[1]! + sums[2]! + sums[3]!
}

function everyFinite({ buffer, finite }: Kernels, staging: Staging, x: Float32Array): boolean {
  const step = x.buffer === buffer ? x.length : BLOCK
  for (let start = 0; start < x.length; start += step) {
    const size = Math.min(step, x.length - start)
    const address = staging.locate(0, x, start)
    if (finite(address, address + whole(size, WIDTH.finite), address + 4 * size) === 0) return false
  }
  return true
}

/** Bytes of the full turns of a loop that takes `width` floats a turn. */
function whole(size: number, width: number): number {
  return 4 * (size - (size % width))
}
