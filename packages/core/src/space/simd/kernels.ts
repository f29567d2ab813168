import * as wasm from './instructions.ts'
import { type Code, encodeModule, type WasmFunction } from './module.ts'

/** Terms of one call of `combine`. */
export const MAX_TERMS = 8

/** Where in memory the arguments of `combine` lie, for term i at 8 i: the address of its vector, its float32 weight. */
export const TERMS_AT = 0

/** Four float64 sums that `dot` and `squares` add to; the element k goes to sum k mod 4. */
export const SUMS_AT = 64

/** Where the rest of memory begins. */
export const FREE_AT = 128

/** Floats a turn of the loop; what is left over is done one by one. */
export const WIDTH = { combine: 16, reduce: 4, finite: 32 } as const

const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k)

function advance(addresses: readonly number[], floats: number): Code {
  return addresses.flatMap((address) => [
    ...[...wasm.get(address), ...wasm.i32Const(4 * floats), ...wasm.i32Add],
    ...wasm.set(address),
  ])
}

/** Repeats `body` while the address is below its end. */
function upTo(end: number, address: number, body: Code): Code {
  return wasm.loopUntil([...wasm.get(address), ...wasm.get(end), ...wasm.i32GeU], body)
}

/**
 * `combine<terms>(out, wholeEnd, end)`: `out[k] = sum_i weight_i vector_i[k]` in float32, term by term. `end` is the address behind
 * `out`, `wholeEnd` that behind its last full turn of the loop. `out` may be any of the vectors.
 */
function combine(terms: number): WasmFunction {
  const [out, wholeEnd, end] = [0, 1, 2]
  const vectors = range(terms).map((i) => 3 + i)
  const weights = range(terms).map((i) => 3 + terms + i)
  const argument = (i: number): number => TERMS_AT + 8 * i
  const zero = wasm.i32Const(0)
  const sum = (load: Code, weight: (i: number) => Code, mul: Code, add: Code): Code =>
    vectors.flatMap((vector, i) => [
      ...[...wasm.get(vector), ...load, ...weight(i), ...mul],
      ...(i === 0 ? [] : add),
    ])
  const four = (offset: number): Code => [
    ...wasm.get(out),
    ...sum(wasm.v128Load(offset), (i) => wasm.get(weights[i]!), wasm.f32x4Mul, wasm.f32x4Add),
    ...wasm.v128Store(offset),
  ]
  const one: Code = [
    ...wasm.get(out),
    ...sum(wasm.f32Load(0), (i) => [...zero, ...wasm.f32Load(argument(i) + 4)], wasm.f32Mul, wasm.f32Add),
    ...wasm.f32Store(0),
  ]
  const addresses = [out, ...vectors]
  return {
    name: `combine${terms}`,
    parameters: ['i32', 'i32', 'i32'],
    results: [],
    locals: [...vectors.map(() => 'i32' as const), ...weights.map(() => 'v128' as const)],
    body: [
      ...vectors.flatMap((vector, i) => [...zero, ...wasm.i32Load(argument(i)), ...wasm.set(vector)]),
      ...weights.flatMap((weight, i) => [
        ...zero,
        ...wasm.v128Load32Splat(argument(i) + 4),
        ...wasm.set(weight),
      ]),
      ...upTo(wholeEnd, out, [...[0, 16, 32, 48].flatMap(four), ...advance(addresses, WIDTH.combine)]),
      ...upTo(end, out, [...one, ...advance(addresses, 1)]),
    ],
  }
}

/**
 * `name(a, b, wholeEnd, end)`: adds the products `a_k b_k`, or the squares `(a_k - b_k)^2`, to the four sums, in float64. Both ends are
 * those of `a`. What is left over goes to the first sum.
 */
function reduce(name: string, term: 'product' | 'square'): WasmFunction {
  const [a, b, wholeEnd, end, low, high, difference] = [0, 1, 2, 3, 4, 5, 6]
  const doubles = (address: number, load: Code): Code => [
    ...wasm.get(address),
    ...load,
    ...wasm.f64x2PromoteLowF32x4,
  ]
  const add = (sum: number, load: Code): Code => {
    const both = [...doubles(a, load), ...doubles(b, load)]
    const value =
      term === 'product'
        ? both
        : [
            ...both,
            ...wasm.f64x2Sub,
            ...wasm.set(difference),
            ...wasm.get(difference),
            ...wasm.get(difference),
          ]
    return [...wasm.get(sum), ...value, ...wasm.f64x2Mul, ...wasm.f64x2Add, ...wasm.set(sum)]
  }
  const sums: readonly (readonly [number, number])[] = [
    [low, SUMS_AT],
    [high, SUMS_AT + 16],
  ]
  return {
    name,
    parameters: ['i32', 'i32', 'i32', 'i32'],
    results: [],
    locals: ['v128', 'v128', 'v128'],
    body: [
      ...sums.flatMap(([sum, at]) => [...wasm.i32Const(0), ...wasm.v128Load(at), ...wasm.set(sum)]),
      ...upTo(wholeEnd, a, [
        ...add(low, wasm.v128Load64Zero(0)),
        ...add(high, wasm.v128Load64Zero(8)),
        ...advance([a, b], WIDTH.reduce),
      ]),
      ...upTo(end, a, [...add(low, wasm.v128Load32Zero(0)), ...advance([a, b], 1)]),
      ...sums.flatMap(([sum, at]) => [...wasm.i32Const(0), ...wasm.get(sum), ...wasm.v128Store(at)]),
    ],
  }
}

/** `finite(x, wholeEnd, end)`: 1 when every element is finite: `x - x` is 0 where it is and NaN, with bits set, where not. */
function finite(): WasmFunction {
  const [x, wholeEnd, end, value, bits] = [0, 1, 2, 3, 4]
  const difference = (load: Code): Code => [
    ...[...wasm.get(x), ...load, ...wasm.set(value)],
    ...[...wasm.get(value), ...wasm.get(value), ...wasm.f32x4Sub],
  ]
  // Differences meet before they join the bits seen so far: one step of a chain instead of eight.
  const look = (loads: readonly Code[]): Code => [
    ...wasm.get(bits),
    ...loads.flatMap((load, k) => [...difference(load), ...(k === 0 ? [] : wasm.v128Or)]),
    ...[...wasm.v128Or, ...wasm.set(bits)],
  ]
  return {
    name: 'finite',
    parameters: ['i32', 'i32', 'i32'],
    results: ['i32'],
    locals: ['v128', 'v128'],
    body: [
      ...upTo(wholeEnd, x, [
        ...look(range(WIDTH.finite / 4).map((k) => wasm.v128Load(16 * k))),
        ...advance([x], WIDTH.finite),
      ]),
      ...upTo(end, x, [...look([wasm.v128Load32Zero(0)]), ...advance([x], 1)]),
      ...[...wasm.get(bits), ...wasm.v128AnyTrue, ...wasm.i32Eqz],
    ],
  }
}

/** The module of all kernels, about 4 kB. */
export function encodeKernels(): Uint8Array<ArrayBuffer> {
  const combinations = range(MAX_TERMS).map((k) => combine(k + 1))
  return encodeModule([...combinations, reduce('dot', 'product'), reduce('squares', 'square'), finite()])
}
