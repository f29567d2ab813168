import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describeModelRunner, fixtures } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { createModelRunner, type Notice, nodeBackend } from '../src/index.ts'
import { howToInstall, webgpuHere } from './support/vulkan.ts'

// On a software driver: right, and slow; everything here is tiny.

const { works, reason } = await webgpuHere()

/** SwiftShader, which has no float16. */
const onSoftware = process.env.VK_ICD_FILENAMES?.includes('swiftshader') ?? false

const fixture = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(name, fixtures)))
const sha256 = async (bytes: Uint8Array): Promise<string> => createHash('sha256').update(bytes).digest('hex')
const row = (x: number) => ({ x: { type: 'float32', dims: [1, 3], data: Float32Array.of(x, 2, 3) } }) as const

if (works) {
  for (const isolation of ['thread', 'process'] as const) {
    describeModelRunner(`WebGPU, isolation ${isolation}`, {
      create: (model) => createModelRunner(model, { isolation, executionProviders: ['webgpu'] }),
      fixture,
      sha256,
      // The software driver has no float16, and an index outside is clamped.
      lacks: ['float16', 'index-checks'],
      rounds: 20,
    })
  }

  describe('networks on WebGPU', () => {
    it('of several threads load and run side by side, and end in any order', async () => {
      const backend = nodeBackend({ workers: 3, threads: 1, executionProviders: ['webgpu'] })
      const folder = await backend.open(fileURLToPath(fixtures))
      const runners = await Promise.all([folder.load('affine.onnx'), folder.load('affine.onnx')])
      const calls = runners.flatMap((runner, index) =>
        Array.from({ length: 60 }, async (_, call) => {
          const { outputs } = await runner.run(row(100 * index + call))
          return outputs.y!.data[0]! === 2 * (100 * index + call) + 1
        }),
      )
      // One is loaded and two are freed while the others are at work.
      const late = await folder.load('affine.onnx')
      await runners[0]!.dispose()
      expect(new Set(await Promise.all(calls))).toEqual(new Set([true]))
      await Promise.all([late.dispose(), runners[1]!.dispose()])
    })

    it.each(['thread', 'process'] as const)(
      'are preferred to the processor where asked for, isolation %s',
      async (isolation) => {
        const notices: Notice[] = []
        const onNotice = (notice: Notice): unknown => notices.push(notice)
        const options = { isolation, executionProviders: ['openvino', 'webgpu', 'cpu'], onNotice } as const
        const backend = nodeBackend(options)
        const runner = await (await backend.open(fileURLToPath(fixtures))).load('affine.onnx')
        expect(runner.executionProvider).toBe('onnxruntime-node/webgpu')
        expect((await runner.run(row(4))).outputs.y?.data).toEqual(Float32Array.of(9, 5, 7))
        expect(notices).toEqual([
          {
            kind: 'execution-provider',
            message: expect.stringMatching(
              /^networks run on onnxruntime-node\/webgpu\. Not used: openvino: /,
            ),
          },
        ])
        expect((await backend.support()).chosen).toMatchObject({ executionProvider: 'webgpu', works: true })
        await runner.dispose()
      },
    )

    it.runIf(onSoftware)('that take float16 are loaded on the next where the card has none', async () => {
      const notices: Notice[] = []
      const executionProviders = ['webgpu', 'cpu'] as const
      const onNotice = (notice: Notice): unknown => notices.push(notice)
      const runner = await createModelRunner(await fixture('half.onnx'), { executionProviders, onNotice })
      expect(runner.executionProvider).toBe('onnxruntime-node/cpu')
      expect(notices[0]?.message).toContain(
        'webgpu: the model cannot be loaded by onnxruntime: it does not run float16',
      )
      const x = { type: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 0xc200) } as const
      expect((await runner.run({ x })).outputs.y?.data).toEqual(Uint16Array.of(0x4000, 0xc600))
      await runner.dispose()
    })

    it('are not loaded with an option that it does not know, which the error names', async () => {
      const executionProviders = [{ name: 'webgpu', colour: 'red' }] as const
      const refusal = {
        code: 'unsupported',
        field: 'executionProviders',
        message: expect.stringContaining("'colour'"),
      }
      await expect(
        createModelRunner(await fixture('affine.onnx'), { executionProviders }),
      ).rejects.toMatchObject(refusal)
    })
  })
} else {
  it.skipIf(!process.env.CI)(`networks on WebGPU: ${howToInstall}`, () => {
    expect.fail(`${howToInstall}; ${reason}`)
  })
}
