import { fillNormal } from '@fastflow/core'
import { describe, expect, it } from 'vitest'
import { clipPixels, toRgb } from '../src/state/pixels.ts'

describe('pixels', () => {
  it('are clipped to [-1, 1], in an array of their own', () => {
    const state = Float32Array.of(-3, -1, -0.25, 0, 0.5, 1, 1.0001, 1e30)
    const before = state.slice()
    expect([...clipPixels(state)]).toEqual([-1, -1, -0.25, 0, 0.5, 1, 1, 1])
    expect(state).toEqual(before)
  })

  it('go from planes to interleaved RGB', () => {
    const level = (byte: number): number => byte / 127.5 - 1
    const bytes = { red: [0, 1, 2, 3], green: [10, 11, 12, 13], blue: [252, 253, 254, 255] }
    const planar = Float32Array.from([...bytes.red, ...bytes.green, ...bytes.blue], level)
    expect(toRgb(planar, 2)).toEqual({
      width: 2,
      height: 2,
      data: Uint8Array.of(0, 10, 252, 1, 11, 253, 2, 12, 254, 3, 13, 255),
    })
  })

  it('are rounded to the nearest of 256 levels, whatever the state', () => {
    const state = fillNormal(new Float32Array(3 * 32 * 32), 9)
    const { data } = toRgb(clipPixels(state), 32)
    for (const [k, value] of state.entries()) {
      const byte = data[3 * (k % 1024) + Math.floor(k / 1024)]!
      const exact = Math.min(255, Math.max(0, (value + 1) * 127.5))
      expect(Math.abs(byte - exact)).toBeLessThanOrEqual(0.5)
    }
  })

  it('that are exactly black, grey and white', () => {
    expect([...toRgb(Float32Array.of(-1, 0, 1), 1).data]).toEqual([0, 128, 255])
  })
})
