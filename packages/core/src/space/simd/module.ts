/** Bytes of WebAssembly code. */
export type Code = readonly number[]

/** Types of parameters, locals and results, as the binary format writes them. */
const types = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const

type ValueType = keyof typeof types

/** One function of a module; its locals are numbered on from its parameters. */
export interface WasmFunction {
  readonly name: string
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
  readonly locals: readonly ValueType[]
  readonly body: Code
}

/**
 * A WebAssembly module in the binary format: the functions, exported by their names, over one memory that it imports as
 * `env.memory`.
 *
 * Reference: WebAssembly Core Specification, section 5.5.
 */
export function encodeModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const signatures = functions.map(({ parameters, results }) => [
    0x60,
    ...vector(parameters.map((type) => [types[type]])),
    ...vector(results.map((type) => [types[type]])),
  ])
  const memoryImport = [...name('env'), ...name('memory'), 0x02, 0x00, ...unsigned(1)]
  const exports = functions.map((each, k) => [...name(each.name), 0x00, ...unsigned(k)])
  const bodies = functions.map(({ locals, body }) => {
    const code = [...vector(locals.map((type) => [1, types[type]])), ...body, 0x0b]
    return [...unsigned(code.length), ...code]
  })
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(signatures)),
    ...section(2, vector([memoryImport])),
    ...section(3, vector(functions.map((_, k) => unsigned(k)))),
    ...section(7, vector(exports)),
    ...section(10, vector(bodies)),
  ])
}

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const low = value & 0x7f
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)]
}

/** Signed LEB128 of a number that is not negative. */
export function signed(value: number): number[] {
  const low = value & 0x7f
  return value < 0x40 ? [low] : [low | 0x80, ...signed(value >>> 7)]
}

function section(id: number, content: Code): number[] {
  return [id, ...unsigned(content.length), ...content]
}

function vector(items: readonly Code[]): number[] {
  return [...unsigned(items.length), ...items.flat()]
}

function name(text: string): number[] {
  return vector(Array.from(text, (letter) => [letter.charCodeAt(0)]))
}
