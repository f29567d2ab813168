import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../src/cli.ts'
import type { Io } from '../src/io.ts'
import { helpWidth } from '../src/program/help.ts'

const io: Io = {
  out: () => {},
  log: () => {},
  rewrite: undefined,
  env: {},
  cwd: '/',
  signal: new AbortController().signal,
}

/** Every command with its path, such as `policy show`. */
function commandsOf(command: Command, path: readonly string[] = []): readonly (readonly [string, Command])[] {
  const here = [...path, command.name()]
  return [[here.join(' '), command], ...command.commands.flatMap((one) => commandsOf(one, here))]
}

function helpOf(path: string, width: number): string {
  const program = createProgram({ ...io, columns: () => width }, [], () => {})
  const [, command] = commandsOf(program).find(([name]) => name === path)!
  return command.helpInformation()
}

const names = commandsOf(createProgram(io, [], () => {})).map(([name]) => name)

describe.each([40, 60, 80, 120])('help in %i columns', (width) => {
  it.each(names)('%s has no line that is longer', (name) => {
    const help = helpOf(name, width)
    const longer = help.split('\n').filter((line) => line.length > width && /\S\s+\S/.test(line.trim()))
    expect(longer).toEqual([])
  })

  it.each(names)('%s says all that it says in a wide one', (name) => {
    const words = (text: string): readonly string[] => text.split(/\s+/)
    expect(words(helpOf(name, width))).toEqual(words(helpOf(name, 10_000)))
  })
})

describe('the width', () => {
  it('is COLUMNS, or that of the terminal, or 80', () => {
    expect(helpWidth({ env: { COLUMNS: '40' }, columns: () => 100 })).toBe(40)
    expect(helpWidth({ env: {}, columns: () => 100 })).toBe(100)
    expect(helpWidth({ env: { COLUMNS: 'wide' } })).toBe(80)
  })
})
