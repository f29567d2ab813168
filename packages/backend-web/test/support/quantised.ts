import type { ModelRunner } from '@fastflow/core'
import type { Precision } from '@fastflow/quantize'
import { describe, expect, it } from 'vitest'
import { commands } from 'vitest/browser'
import type { InNode } from './quantize-in-node.ts'

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** A small network quantised in Node, and what onnxruntime-node makes of it. */
    quantizeInNode(as: Precision): Promise<InNode>
  }
}

/** Of the largest value. */
const CLOSE = 1e-5

/** Networks as `fastflow quantize` writes them give what they give on onnxruntime-node. */
export function describeQuantised(name: string, create: (model: Uint8Array) => Promise<ModelRunner>): void {
  describe(`quantised networks on ${name}`, () => {
    it.each<Precision>(['int8', 'q8', 'q4'])('%s: what Node gives', async (as) => {
      const { base64, dims, x, y, whole } = await commands.quantizeInNode(as)
      const runner = await create(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)))
      const { outputs } = await runner.run({ x: { type: 'float32', dims, data: Float32Array.from(x) } })
      await runner.dispose()
      const here = outputs.y!.data as Float32Array
      expect(here.length).toBe(y.length)
      expect(distance(here, y)).toBeLessThan(CLOSE)
      // A network that was not quantised would agree, too.
      expect(distance(here, whole)).toBeGreaterThan(100 * CLOSE)
    })
  })
}

/** The largest difference, as part of the largest value. */
function distance(one: ArrayLike<number>, other: readonly number[]): number {
  const largest = Math.max(...other.map(Math.abs))
  return Math.max(...other.map((value, at) => Math.abs(value - one[at]!))) / largest
}
