import { expect, test } from 'vitest'
import type { Io } from '../src/io.ts'
import { createProgress } from '../src/progress.ts'

function silentIo(rewrite: Io['rewrite']): { io: Io; lines: string[] } {
  const lines: string[] = []
  const io = { out: () => {}, log: (text: string) => lines.push(text), rewrite, env: {}, cwd: '.' }
  return { io: { ...io, signal: new AbortController().signal }, lines }
}

test('elsewhere than on a terminal every tenth of each phase is one line', () => {
  const { io, lines } = silentIo(undefined)
  let now = 0
  const progress = createProgress(io, 'task', () => now)
  for (const detail of ['first', 'second']) {
    for (let done = 1; done <= 100; done++) {
      now += 1000
      progress.update(done, 100, detail)
    }
  }
  progress.end()
  expect(lines).toHaveLength(22)
  expect(lines[5]).toBe('task 50/100 first (50 s, 50 s left)')
  expect(lines[16]).toBe('task 50/100 second (49 s, 49 s left)')
})

test('on a terminal one line is rewritten, and ended', () => {
  const drawn: string[] = []
  const { io, lines } = silentIo((text) => drawn.push(text))
  const progress = createProgress(io, 'task', () => 0)
  progress.update(1, 2)
  progress.end()
  expect(drawn).toEqual([`[${'#'.repeat(12)}${'-'.repeat(12)}] task 1/2 (0 s, 0 s left)`])
  expect(lines).toEqual([''])
})

test.each([200, 80, 60, 40, 12])('a terminal of %i columns has no line that wraps', (columns) => {
  const drawn: string[] = []
  const { io } = silentIo((text) => drawn.push(text))
  const progress = createProgress({ ...io, columns: () => columns }, 'generate a red fox, 3d', () => 0)
  for (let done = 0; done <= 50; done++) progress.update(done, 50, 'C, computed in full; 3 skipped')
  for (const line of drawn) expect(line.length).toBeLessThan(columns)
  const words = 'generate a red fox, 3d 25/50 C, computed in full; 3 skipped (0 s, 0 s left)'
  const shown = drawn[25]!.replace(/^\[[#-]+\] /, '')
  expect(shown).toBe(words.slice(0, columns - 1))
})
