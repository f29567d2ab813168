import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { isThere } from '@fastflow/testkit/processes'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { childEnvironment } from '../src/environment.ts'
import { loops, nestsFunctions, zeros } from './support/hostile-models.ts'
import { networksOf } from './support/processes.ts'

// How processes end that have a network at work which never ends: scripts of their own, on the built package.

const root = fileURLToPath(new URL('..', import.meta.url))
let folder = ''
beforeAll(async () => {
  await mkdir(join(root, '.cache'), { recursive: true })
  // Inside the package, so that imports find it by its own name.
  folder = await mkdtemp(join(root, '.cache', 'endings-'))
  await writeFile(join(folder, 'loops.onnx'), loops())
  await writeFile(join(folder, 'nests.onnx'), nestsFunctions(24))
  // Takes a good part of a second to load.
  await writeFile(join(folder, 'slow.onnx'), nestsFunctions(12))
  await writeFile(join(folder, 'zeros.onnx'), zeros())
})
afterAll(() => rm(folder, { recursive: true }))

interface Script {
  readonly process: ChildProcess
  /** Lines it has printed, in order. */
  readonly lines: AsyncIterator<string>
  readonly stderr: () => string
}

const preamble = `
  import { createModelRunner } from '@fastflow/backend-node'
  const at = (file) => new URL(file, import.meta.url)
  const scalar = (type, data) => ({ type, dims: [], data })
  const forever = {
    again: scalar('bool', Uint8Array.of(1)),
    x: scalar('float32', Float32Array.of(1)),
    size: { type: 'int64', dims: [1], data: BigInt64Array.of(1n) },
  }
  const say = (error) => console.log(error.code, error.field)
  setTimeout(() => {}, 60_000).unref()`

async function start(code: string): Promise<Script> {
  const file = join(folder, `script-${Math.floor(performance.now() * 1000)}.mjs`)
  await writeFile(file, `${preamble}\n${code}`)
  const script = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => {
    script.kill('SIGKILL')
  })
  let stderr = ''
  script.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const lines = createInterface(script.stdout)[Symbol.asyncIterator]()
  return { process: script, lines, stderr: () => stderr }
}

/** The lines a script prints until it ends by itself, and how it ends. */
async function outcome({ process: script, lines, stderr }: Script): Promise<(string | number | null)[]> {
  const closed = once(script, 'close')
  const printed: string[] = []
  for (let line = await lines.next(); !line.done; line = await lines.next()) printed.push(line.value)
  const [code, signal] = await closed
  expect(stderr()).toBe('')
  return [...printed, signal ?? code]
}

describe('threads', () => {
  // Nothing but a signal ends a process with such a thread.
  const killed = process.platform === 'win32' ? 1 : 'SIGKILL'

  it('that load for ever are given up, and the process exits', async () => {
    const script = await start(`
      await createModelRunner(at('nests.onnx'), { limits: { loadSeconds: 0.5 } }).catch(say)
      console.log('goes on')`)
    expect(await outcome(script)).toEqual(['limit-exceeded limits.loadSeconds', 'goes on', killed])
  })

  it('that load for ever when their signal is aborted are given up, and the process exits', async () => {
    const script = await start(`
      const signal = { aborted: false }
      const loading = createModelRunner(at('nests.onnx'), { signal }).catch(say)
      setTimeout(() => { signal.aborted = true }, 500)
      await loading`)
    expect(await outcome(script)).toEqual(['aborted signal', killed])
  })

  it('that run for ever do not keep dispose, and the process exits', async () => {
    const script = await start(`
      const runner = await createModelRunner(at('loops.onnx'), { limits: { disposeSeconds: 0.5 } })
      runner.run(forever).catch(say)
      runner.run(forever).catch(say)
      await runner.dispose()
      console.log('disposed')`)
    const refusal = 'limit-exceeded limits.disposeSeconds'
    expect(await outcome(script)).toEqual([refusal, refusal, 'disposed', killed])
  })

  it('that run for longer than they may fail that call and later ones', async () => {
    const script = await start(`
      const runner = await createModelRunner(at('loops.onnx'), { limits: { runSeconds: 0.5 } })
      await runner.run(forever).catch(say)
      await runner.run(forever).catch(say)
      await runner.dispose()
      console.log('disposed')`)
    const refusal = 'limit-exceeded limits.runSeconds'
    expect(await outcome(script)).toEqual([refusal, refusal, 'disposed', killed])
  })

  it('that run for ever do not hold up process.exit', async () => {
    const script = await start(`
      const runner = await createModelRunner(at('loops.onnx'))
      runner.run(forever)
      setTimeout(() => process.exit(5), 500)`)
    expect(await outcome(script)).toEqual([killed])
  })

  it('whose work ends keep the exit code', async () => {
    const script = await start(`
      const runner = await createModelRunner(at('loops.onnx'))
      runner.run({ ...forever, again: scalar('bool', Uint8Array.of(0)) })
      process.exit(5)`)
    expect(await outcome(script)).toEqual([5])
  })

  // A thread that is terminated inside native code takes the process along when it comes back. How far it is when the
  // signal or the exit comes is for the machine to say: several tries meet it inside.
  it.each([20, 80, 250])('inside native code, loading, keep the exit code (%i ms)', async (ms) => {
    const script = await start(`
      createModelRunner(at('slow.onnx'), { onProgress })
      function onProgress({ status }) {
        if (status === 'done') setTimeout(() => process.exit(5), ${ms})
      }`)
    expect(await outcome(script)).toEqual([5])
  })

  it.each([20, 80, 250])(
    'inside native code whose load is aborted let the process go on (%i ms)',
    async (ms) => {
      const script = await start(`
      const controller = new AbortController()
      const { signal } = controller
      await createModelRunner(at('slow.onnx'), { signal, onProgress }).catch(say)
      const other = await createModelRunner(at('slow.onnx'))
      await other.dispose()
      console.log('goes on')
      function onProgress({ status }) {
        if (status === 'done') setTimeout(() => controller.abort(), ${ms})
      }`)
      expect(await outcome(script)).toEqual(['aborted signal', 'goes on', 0])
    },
  )

  it.each([20, 80, 250])('inside native code, running, keep the exit code (%i ms)', async (ms) => {
    const script = await start(`
      const runner = await createModelRunner(at('zeros.onnx'))
      const size = { type: 'int64', dims: [1], data: BigInt64Array.of(BigInt(5e7)) }
      runner.run({ size })
      setTimeout(() => process.exit(5), ${ms})`)
    expect(await outcome(script)).toEqual([5])
  })
})

describe('processes', () => {
  it.each([
    [
      'dispose',
      "await runner.dispose(); console.log('disposed'); process.exitCode = 5",
      ['limit-exceeded', 'disposed', 5],
    ],
    ['process.exit', 'process.exit(5)', [5]],
  ])('%s ends one that runs for ever, and the exit code stays', async (_, code, expected) => {
    const script = await start(`
      const limits = { disposeSeconds: 0.5 }
      const runner = await createModelRunner(at('loops.onnx'), { isolation: 'process', limits })
      runner.run(forever).catch(({ code }) => console.log(code))
      ${code}`)
    expect(await outcome(script)).toEqual(expected)
  })

  it('that idle do not keep the process alive', async () => {
    const script = await start(`await createModelRunner(at('loops.onnx'), { isolation: 'process' })`)
    expect(await outcome(script)).toEqual([0])
  })

  it.each(['runs', 'loads'])('that %s for ever end when the one they work for is killed', async (act) => {
    const script = await start(`
      if (${act === 'loads'}) createModelRunner(at('nests.onnx'), { isolation: 'process' })
      else createModelRunner(at('loops.onnx'), { isolation: 'process' }).then((runner) => runner.run(forever))
      console.log('begun')`)
    await script.lines.next()
    const parent = script.process.pid ?? 0
    // Starting takes a fraction of a second: whoever has used the processor for longer is deep in native code.
    const poll = { timeout: 60_000, interval: 250 }
    await expect.poll(() => networksOf(parent)[0]?.seconds, poll).toBeGreaterThan(0)
    const [network] = networksOf(parent)
    script.process.kill('SIGKILL')
    await expect.poll(() => isThere(network?.pid ?? 0), poll).toBe(false)
  })

  it('say nothing on the terminal of the one they work for', async () => {
    const script = await start(`
      const runner = await createModelRunner(at('loops.onnx'), { isolation: 'process', limits: { runSeconds: 0.5 } })
      await runner.run(forever).catch(say)
      await runner.dispose()`)
    expect(await outcome(script)).toEqual(['limit-exceeded limits.runSeconds', 0])
  })

  it('get nothing of the environment that may be secret', () => {
    process.env.FASTFLOW_TEST_SECRET = 'x'
    onTestFinished(() => {
      delete process.env.FASTFLOW_TEST_SECRET
    })
    const names = Object.keys(childEnvironment())
    expect(names).toContain('PATH')
    expect(names.filter((name) => /SECRET|NODE_OPTIONS|TOKEN|HOME/.test(name))).toEqual([])
  })
})
