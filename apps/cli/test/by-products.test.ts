import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { defaultCache, installedPath } from '../src/cache.ts'
import type { Io } from '../src/io.ts'
import { rescue, writeResult } from '../src/rescue.ts'
import { cli, repository, temporaryFolder, tinyModels } from './run-cli.ts'

const execute = promisify(execFile)
const canMount =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).status === 0

let cwd: string
beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

const run = (...args: string[]) => cli(cwd, args)
const words = ['--model', 'words', '--threads', '1']
/** With a tiny model that brings no plans. */
const generate = (...args: string[]) =>
  cli(cwd, ['generate', ...words, '--prompt', 'owl', '--json', ...args], { models: tinyModels })

/** A disk of its own, full or read-only. */
function badDisk(kind: 'full' | 'read-only'): string {
  const folder = join(cwd, kind)
  const options = kind === 'full' ? 'size=4k,nr_inodes=3' : 'ro'
  spawnSync('mkdir', [folder])
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  onTestFinished(() => {
    spawnSync('umount', [folder])
  })
  if (kind === 'full') spawnSync('sh', ['-c', `cat /dev/zero > ${folder}/filler; touch ${folder}/more`])
  return folder
}

describe('a cache that cannot be used', () => {
  const bad = (): [string, string][] => [
    ['a file', join(cwd, 'file')],
    ['below a file', join(cwd, 'file', 'cache')],
    ...(existsSync('/proc/self') ? [['under /proc', '/proc/fastflow/cache'] as [string, string]] : []),
    ...(canMount
      ? [
          ['full', badDisk('full')] as [string, string],
          ['read-only', badDisk('read-only')] as [string, string],
        ]
      : []),
  ]

  test.each(['off', 'plan', 'auto', 'paper'])(
    `costs --accelerate %s a note and no image${canMount ? '' : ' (without disks: mounting needs root)'}`,
    async (mode) => {
      await writeFile(join(cwd, 'file'), 'x')
      for (const [name, cache] of bad()) {
        const args = ['--steps', '10', '--accelerate', mode, '--count', '2', '--cache', cache]
        const { code, out, log } = await generate(...args)
        expect({ name, code, log }).toMatchObject({ code: 0 })
        expect(JSON.parse(out).images).toHaveLength(2)
        const said = log.split('\n').filter((line) => line.includes(cache))
        expect({ name, log, said: said.length > 0 }).toMatchObject({ said: mode !== 'off' })
        expect(new Set(said).size).toBe(said.length)
      }
    },
  )

  test.each(['plan', 'auto'])('does not hide the plan that the model brings from %s', async (mode) => {
    await writeFile(join(cwd, 'file'), 'x')
    const shipped = [
      'generate',
      '--model',
      'cifar10',
      '--class',
      'cat',
      '--json',
      '--accelerate',
      mode,
      '--nfe',
      '6',
    ]
    const { code, out, log } = await run(...shipped, '--cache', 'file')
    expect(code).toBe(0)
    expect(JSON.parse(out).nfe).toBe(6)
    expect(log).toMatch(/passed over: .*ENOTDIR/)
  })

  test('that holds a damaged plan does not either, and the damaged one is left alone', async () => {
    const args = [
      'generate',
      '--model',
      'cifar10',
      '--class',
      'cat',
      '--json',
      '--accelerate',
      'auto',
      '--nfe',
      '6',
    ]
    const policies = join(repository, 'models/cifar10/policies')
    await mkdir(join(cwd, 'cache'))
    for (const name of await readdir(policies)) await writeFile(join(cwd, 'cache', name), '{"format":')
    const before = await readdir(join(cwd, 'cache'))
    const { code, out, log } = await run(...args)
    expect(code).toBe(0)
    expect(JSON.parse(out).nfe).toBe(6)
    expect(log).toMatch(/passed over: /)
    expect(log).toMatch(/following .*models.cifar10/)
    expect(await readdir(join(cwd, 'cache'))).toEqual(before)
  })

  test('that is empty as an option is refused by name', async () => {
    const { code, log } = await generate('--cache', '')
    expect(code).toBe(2)
    expect(log).toMatch(/--cache: is empty; give a folder/)
  })
})

describe('the cache folder', () => {
  const ioOf = (env: Record<string, string>): Io => ({ env, cwd: '/work' }) as unknown as Io

  test.each([
    ['FASTFLOW_CACHE', { FASTFLOW_CACHE: '/f', XDG_CACHE_HOME: '/x', HOME: '/h' }, '/f', '/f/proxies/a'],
    ['XDG_CACHE_HOME', { XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/fastflow/policies', '/x/fastflow/proxies/a'],
    ['HOME', { HOME: '/h' }, '/h/.cache/fastflow/policies', '/h/.cache/fastflow/proxies/a'],
    [
      'HOME where the others are empty',
      { FASTFLOW_CACHE: '', XDG_CACHE_HOME: '', HOME: '/h' },
      '/h/.cache/fastflow/policies',
      '/h/.cache/fastflow/proxies/a',
    ],
    [
      'HOME where XDG_CACHE_HOME is relative, as its specification has it',
      { XDG_CACHE_HOME: 'relative', HOME: '/h' },
      '/h/.cache/fastflow/policies',
      '/h/.cache/fastflow/proxies/a',
    ],
  ])('is that of %s', (_, env, policies, proxy) => {
    expect(defaultCache(ioOf(env))).toBe(policies)
    expect(installedPath(ioOf(env), 'a')).toBe(proxy)
  })

  test('is never the current one', () => {
    for (const env of [{ HOME: '' }, { HOME: 'relative' }, {}])
      expect(defaultCache(ioOf(env as Record<string, string>)) ?? '/').toMatch(/^\//)
  })
})

describe('a log of decisions', () => {
  const target = ['--steps', '10', '--lpips', '0.5', '--accelerate', 'plan', '--count', '2']

  test('that cannot be opened is refused before anything is made', async () => {
    await mkdir(join(cwd, 'folder'))
    const { code, log } = await generate(...target, '--log', 'folder')
    expect(code).toBe(1)
    expect(log).toMatch(
      /^fastflow: --log: cannot write .*folder \(it is a folder, not a file\); choose a file/,
    )
    expect(await readdir(join(cwd, 'out'))).toEqual([])
  })

  test.skipIf(!existsSync('/dev/full'))('that is full costs a note', async () => {
    // The first call makes the plans that decisions are about.
    await generate(...target)
    const { code, out, log } = await generate(...target, '--log', '/dev/full')
    expect(code).toBe(0)
    expect(JSON.parse(out).images).toHaveLength(2)
    expect(
      log.match(/the decision cannot be logged: --log: cannot write \/dev\/full \(ENOSPC\)/g),
    ).toHaveLength(1)
  })
})

describe('a result whose place is gone at the end', () => {
  const text = '{"plan":1}\n'
  const printed: string[] = []
  const io = { out: (line: string) => printed.push(line) } as unknown as Io

  test('is kept elsewhere, and the error says where', async () => {
    const path = join(cwd, 'gone', 'plan.json')
    const error = (await writeResult(io, path, text).catch((reason) => reason)) as Error
    const [, kept = ''] =
      /^--out: cannot write .*gone.plan\.json.*; the result is kept in (.*)$/.exec(error.message) ?? []
    onTestFinished(() => rm(kept, { force: true }))
    expect(error).toMatchObject({ code: 'output-unwritable', field: '--out' })
    expect(await readFile(kept, 'utf8')).toBe(text)
  })

  test('is printed where there is no other place', async () => {
    const before = process.env.TMPDIR
    process.env.TMPDIR = join(cwd, 'gone')
    onTestFinished(() => {
      if (before === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = before
    })
    expect(await rescue(io, 'plan.json', text)).toBe('on standard output')
    expect(printed.at(-1)).toBe('{"plan":1}')
  })

  test.skipIf(!canMount)('that is full from the beginning is found out then', async () => {
    const { code, out, log } = await run(
      'calibrate',
      '--model',
      'cifar10',
      '--out',
      join(badDisk('full'), 'plan.json'),
    )
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(log).toMatch(/^fastflow: --out: cannot write .*full.* \(ENOSPC\)/)
  })
})

test('a table that cannot be stored is measured and kept all the same', async () => {
  await writeFile(join(cwd, 'file'), 'x')
  await generate('--accelerate', 'plan')
  const [plan = ''] = (await readdir(join(cwd, 'cache'))).filter((name) => name.endsWith('.json'))
  const models = join(cwd, 'models')
  await cp(join(tinyModels, 'words'), join(models, 'words'), { recursive: true })
  await mkdir(join(models, 'words/policies'))
  await cp(join(cwd, 'cache', plan), join(models, 'words/policies', plan))
  const args = ['measure', ...words, '--metric', 'psnr', '--runs', '1', '--json', '--cache', 'file']
  const { code, out, log } = await cli(cwd, args, { models })
  expect({ code, log }).toMatchObject({ code: 0 })
  expect(JSON.parse(out)).toMatchObject({ runs: 1 })
  expect(log).toMatch(/what is measured cannot be stored: /)
  const [, kept = ''] = /the table is kept in (.*)$/m.exec(log) ?? []
  onTestFinished(() => rm(kept, { force: true }))
  expect(JSON.parse(await readFile(kept, 'utf8')).runs).toHaveLength(1)
})

test('an installed network that is damaged is passed over for the estimate of it', async () => {
  await mkdir(join(cwd, 'cache/proxies'), { recursive: true })
  await writeFile(join(cwd, 'cache/proxies/lpips-alex.onnx'), 'damaged')
  const { default: sharp } = await import('sharp')
  for (const name of ['a.png', 'b.png'])
    await sharp({
      create: { width: 32, height: 32, channels: 3, background: name === 'a.png' ? 'red' : 'blue' },
    })
      .png()
      .toFile(join(cwd, name))
  const { code, out, log } = await run('score', '--proxy', 'lpips', '--reference', 'a.png', 'b.png', '--json')
  expect({ code, log }).toMatchObject({ code: 0 })
  expect(JSON.parse(out).value).toBeGreaterThan(0)
  expect(log).toMatch(/passed over: .*lpips-alex\.onnx/)
})

test.skipIf(!existsSync('/dev/full'))(
  'an output that cannot be written is a failure in one line, and logs are none',
  async () => {
    const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
    const shell = (redirect: string) =>
      execute('sh', ['-c', `"${process.execPath}" "${main}" --version ${redirect}`]).then(
        ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
        ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
      )
    expect(await shell('> /dev/full')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^fastflow: the output cannot be written \(.*ENOSPC.*\)\n$/),
    })
    expect(await shell('2> /dev/full')).toMatchObject({ code: 0 })
  },
)
