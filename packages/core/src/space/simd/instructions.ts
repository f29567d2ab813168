import { type Code, signed, unsigned } from './module.ts'

// The instructions that the kernels use, under the names of the specification. Operands come from the stack.

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number): Code => [0x21, ...unsigned(local)]

export const i32Const = (value: number): Code => [0x41, ...signed(value)]
export const i32Add: Code = [0x6a]
export const i32GeU: Code = [0x4f]
export const i32Eqz: Code = [0x45]

export const i32Load = (offset: number): Code => [0x28, 2, ...unsigned(offset)]
export const f32Load = (offset: number): Code => [0x2a, 2, ...unsigned(offset)]
export const f32Store = (offset: number): Code => [0x38, 2, ...unsigned(offset)]
export const f32Mul: Code = [0x94]
export const f32Add: Code = [0x92]

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)]

export const v128Load = (offset: number): Code => [...simd(0x00), 2, ...unsigned(offset)]
/** Two floats to the lower half, zeros to the upper. */
export const v128Load64Zero = (offset: number): Code => [...simd(0x5d), 2, ...unsigned(offset)]
/** One float to the first lane, zeros to the others. */
export const v128Load32Zero = (offset: number): Code => [...simd(0x5c), 2, ...unsigned(offset)]
/** One float to all lanes. */
export const v128Load32Splat = (offset: number): Code => [...simd(0x09), 2, ...unsigned(offset)]
export const v128Store = (offset: number): Code => [...simd(0x0b), 2, ...unsigned(offset)]
export const v128Or: Code = simd(0x50)
export const v128AnyTrue: Code = simd(0x53)

export const f32x4Add: Code = simd(0xe4)
export const f32x4Sub: Code = simd(0xe5)
export const f32x4Mul: Code = simd(0xe6)

export const f64x2Add: Code = simd(0xf0)
export const f64x2Sub: Code = simd(0xf1)
export const f64x2Mul: Code = simd(0xf2)
/** The lower two floats as doubles. */
export const f64x2PromoteLowF32x4: Code = simd(0x5f)

/** Repeats `body` until the condition before it holds. */
export const loopUntil = (condition: Code, body: Code): Code => [
  ...[0x02, 0x40, 0x03, 0x40],
  ...[...condition, 0x0d, 1],
  ...[...body, 0x0c, 0],
  ...[0x0b, 0x0b],
]
