import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../src/cli.ts'
import { repository } from './run-cli.ts'
import { argumentsOf, commandsOf, namedCommands } from './support/shell.ts'

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'apps/cli/README.md',
  ...readdirSync(join(repository, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const read = (path: string): string => readFileSync(join(repository, path), 'utf8')
const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))

function program(said: string[] = []): Command {
  const io = {
    out: (text: string) => void said.push(text),
    log: (text: string) => void said.push(text),
    rewrite: undefined,
    env: {},
    cwd: repository,
    signal: new AbortController().signal,
  }
  return withoutActions(createProgram(io, [], () => {}))
}

/** Commands that are parsed, and then do nothing. */
function withoutActions(command: Command): Command {
  command.commands.forEach(withoutActions)
  return command.commands.length > 0 ? command : command.action(() => {})
}

/** What the command line says against a command. */
async function refusalOf(args: readonly string[]): Promise<string | undefined> {
  const said: string[] = []
  try {
    await program(said).parseAsync([...args], { from: 'user' })
    return undefined
  } catch (error) {
    return [args.join(' '), ...said, String(error)].join('\n')
  }
}

/** The command that words begin with, however deep; undefined where they begin with none. */
function commandOf(words: readonly string[], from: Command = program()): Command | undefined {
  const next = from.commands.find((one) => one.name() === words[0])
  if (next === undefined) return undefined
  return commandOf(words.slice(1), next) ?? next
}

describe.each(pages)('commands of %s', (page) => {
  const text = read(page)

  it('are understood by the command line', async () => {
    const refusals = await Promise.all(
      [...commandsOf(text), ...namedCommands(text).filter(([first]) => first === 'npm')].map((words) => {
        const args = argumentsOf(words)
        return args === undefined || args.length === 0 || args.includes('ARGS') ? undefined : refusalOf(args)
      }),
    )
    expect(refusals.filter((refusal) => refusal !== undefined)).toEqual([])
  })

  it('have options that there are, where only some are named', () => {
    const unknown = namedCommands(text).flatMap((named) => {
      const words = argumentsOf(named) ?? named
      const command = commandOf(words)
      if (command === undefined) return []
      const known = command.options.flatMap(({ long }) => long ?? [])
      return words.filter((word) => word.startsWith('--') && !known.includes(word))
    })
    expect(unknown).toEqual([])
  })

  it('are scripts and files of the repository', () => {
    const missing = commandsOf(text).filter(([tool, second = '', third = '']) => {
      if (tool === 'npm' && second === 'run' && third !== '-s') return !(third in scripts)
      if (tool === 'npx' && second.startsWith('pnpm@') && third === 'run') return false
      return tool === 'node' && !second.startsWith('-') && !existsSync(join(repository, second))
    })
    expect(missing).toEqual([])
  })
})

it('a command that is wrong is found', async () => {
  expect(await refusalOf(['generate', '--model', 'emoji', '--colour', 'red'])).toContain('--colour')
  expect(await refusalOf(['generate', '--prompt', 'a fox'])).toContain('--model')
  expect(await refusalOf(['paint'])).toContain('paint')
  expect(commandsOf('```sh\nfastflow edit \\\n  --prompt "make it flat" | head # words\n```')).toEqual([
    ['fastflow', 'edit', '--prompt', 'make it flat'],
  ])
})
