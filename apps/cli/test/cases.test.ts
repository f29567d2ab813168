import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type CliOptions, cli, interruptAt, tinyModels as models, temporaryFolder } from './run-cli.ts'

let cwd: string

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

const run = (...args: string[]) => cli(cwd, [...args, '--threads', '1'], { models })

async function cases(...lines: readonly unknown[]): Promise<readonly string[]> {
  await writeFile(join(cwd, 'cases.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'))
  return ['--cases', 'cases.jsonl']
}

test('bench measures on the prompts of a file', async () => {
  const file = await cases({ prompt: 'owl at night' }, { prompt: 'cat at noon' })
  const few = ['--samples', '2', '--nfe', '5', '--generations', '2', '--tune', '0', '--no-plans']
  const { code } = await run('bench', '--model', 'words', ...file, ...few, '--report', 'report.html')
  expect(code).toBe(0)
  const page = await readFile(join(cwd, 'report.html'), 'utf8')
  expect([...page.matchAll(/data-caption="([^"]+)"/g)].map(([, caption]) => caption)).toEqual([
    'owl at night',
    'cat at noon',
  ])
})

test('a checkpoint of a bench on other prompts is refused', async () => {
  const few = ['--samples', '2', '--nfe', '5', '--generations', '2', '--tune', '0', '--no-plans']
  const begin = async (prompt: string, options?: CliOptions) => {
    const args = ['bench', '--model', 'words', ...(await cases({ prompt })), ...few, '--checkpoint', 'log']
    return cli(cwd, [...args, '--threads', '1'], { models, ...options })
  }
  expect((await begin('owl', interruptAt(/./))).code).toBe(1)
  const { code, log } = await begin('cat')
  expect(code).not.toBe(0)
  expect(log).toContain('cases')
})

test('calibrate plans with the prompts, pictures and frames it is given', async () => {
  const create = { width: 16, height: 16, channels: 3, background: '#f00' } as const
  await sharp({ create }).toFile(join(cwd, 'red.png'))
  const file = await cases({ prompt: 'owl', image: 'red.png' }, { prompt: 'ant', image: 'red.png' })
  const plan = async (name: string, ...args: readonly string[]) => {
    const { code } = await run('calibrate', '--nfe', '5', '--evaluations', '60', '--out', name, ...args)
    expect(code).toBe(0)
    return JSON.parse(await readFile(join(cwd, name), 'utf8'))
  }
  const own = await plan('own.json', '--model', 'words-edit')
  const given = await plan('given.json', '--model', 'words-edit', ...file)
  expect(given.key).toEqual(own.key)
  expect(given.plans).not.toEqual(own.plans)
  const clip = await plan('clip.json', '--model', 'words-motion', '--frames', '3')
  expect(JSON.stringify(clip.key)).toContain('3')
  expect(clip.key).not.toEqual((await plan('default.json', '--model', 'words-motion')).key)
})

test('measure makes its runs of the prompts of a file', async () => {
  const cache = ['--model', 'words', '--cache', 'cache', '--steps', '12']
  const planned = await run('generate', ...cache, '--prompt', 'owl', '--accelerate', 'auto')
  expect(planned.code).toBe(0)
  const measure = async (name: string, ...lines: readonly unknown[]) => {
    const file = await cases(...lines)
    const args = ['--metric', 'psnr', '--runs', '2', '--out', name, '--cache', `cache-${name}`]
    await cp(join(cwd, 'cache'), join(cwd, `cache-${name}`), { recursive: true })
    const { code, log } = await run('measure', ...cache, ...args, ...file)
    expect({ code, log: code === 0 ? '' : log }).toEqual({ code: 0, log: '' })
    const table = JSON.parse(await readFile(join(cwd, name), 'utf8'))
    return table.runs.map(({ features }: { features: readonly number[] }) => features)
  }
  const two = await measure('two.json', { prompt: 'owl at night' }, { prompt: 'cat at noon' })
  expect(two[0]).not.toEqual(two[1])
  const one = await measure('one.json', { prompt: 'owl at night' })
  expect(one).toEqual([two[0], two[0]])
})

describe('a file of cases', () => {
  const few = [
    '--samples',
    '2',
    '--nfe',
    '5',
    '--generations',
    '2',
    '--tune',
    '0',
    '--no-plans',
    '--no-oracle',
  ]
  const bench = (text: string | Buffer, ...args: string[]) =>
    writeFile(join(cwd, 'cases.jsonl'), text).then(() =>
      run('bench', '--model', 'words', '--cases', 'cases.jsonl', ...few, ...args),
    )

  test('may have a byte order mark, lines of Windows and blank ones', async () => {
    const text = '\uFEFF{ "prompt": "owl at night" }\r\n \r\n{ "prompt": "cat at noon" }\r\n\r\n'
    const { code } = await bench(text, '--report', 'report.html')
    expect(code).toBe(0)
    const page = await readFile(join(cwd, 'report.html'), 'utf8')
    expect([...page.matchAll(/data-caption="([^"]+)"/g)].map(([, caption]) => caption)).toEqual([
      'owl at night',
      'cat at noon',
    ])
  })

  test.each<[string, string | Buffer, RegExp]>([
    ['blank lines before', '\n\n \n{ "prompt": "owl" }\n\nowl\n', /cases\.jsonl:6 is not valid JSON/],
    ['lines of Windows', '\r\n{ "prompt": "owl" }\r\n{}\r\n', /cases\.jsonl:3 has no prompt/],
    ['lines of old Macs', '{ "prompt": "owl" }\r\r{}', /cases\.jsonl:3 has no prompt/],
    ['blank lines alone', '\uFEFF\n \r\n', /cases\.jsonl is empty/],
    ['UTF-16', Buffer.from('\uFEFF{ "prompt": "owl" }', 'utf16le'), /\(it is UTF-16; save it as UTF-8\)/],
    ['bytes that are no text', Buffer.from([0x7b, 0xc3, 0x28]), /cases\.jsonl:1 .*its bytes are not UTF-8/],
  ])('of %s is told of by the line of the file', async (_, text, problem) => {
    const { code, log } = await bench(text)
    expect(code).toBe(2)
    expect(log).toMatch(problem)
  })

  test('names pictures from its own folder on, from the root on and by file: addresses', async () => {
    const create = { width: 16, height: 16, channels: 3, background: '#f00' } as const
    const elsewhere = await temporaryFolder(onTestFinished)
    await sharp({ create }).toFile(join(cwd, 'red.png'))
    await sharp({ create }).toFile(join(elsewhere, 'a red one.png'))
    const absolute = join(elsewhere, 'a red one.png')
    const pictures = ['red.png', './red.png', absolute, pathToFileURL(absolute).href]
    const at = async (name: string, lines: readonly string[]) => {
      await writeFile(
        join(cwd, 'cases.jsonl'),
        lines.map((image) => JSON.stringify({ prompt: 'owl', image })).join('\n'),
      )
      const args = ['--model', 'words-edit', '--cases', pathToFileURL(join(cwd, 'cases.jsonl')).href]
      return run('calibrate', ...args, '--nfe', '5', '--evaluations', '60', '--out', name)
    }
    expect((await at('plan.json', pictures)).code).toBe(0)
    const missing = await at('none.json', ['red.png', join(elsewhere, 'none.png')])
    expect(missing.code).toBe(2)
    expect(missing.log).toContain(
      `cases.jsonl:2 image: ${join(elsewhere, 'none.png')} cannot be read (ENOENT)`,
    )
    const web = await at('web.json', ['https://example.com/a.png'])
    expect(web.log).toContain('https://example.com/a.png is not on disk')
  })
})

test('what does not go together is refused', async () => {
  const file = await cases({ prompt: 'owl' })
  const guard = await run('bench', '--model', 'words', '--guard', ...file)
  expect(guard.log).toContain('--cases: does not go with --guard and --coverage')
  const classes = await cli(cwd, ['calibrate', '--model', 'cifar10', '--out', 'a.json', ...file])
  expect(classes.code).toBe(2)
  expect(classes.log).toContain('cifar10 takes all classes in turn')
  const paper = await run('calibrate', '--model', 'words', '--method', 'paper', '--out', 'a.json', ...file)
  expect(paper.log).toContain('--cases: goes with --method plan')
})
