import { expect, it } from 'vitest'
import { commandWords } from '../src/index.ts'

it.each([
  ['python -m my.worker', ['python', '-m', 'my.worker']],
  ['  python   "a b"\'c\' ""', ['python', 'a bc', '']],
  ['["python", "-c", "print(\\"x\\")"]', ['python', '-c', 'print("x")']],
  ['C:\\Python\\python.exe -m x', ['C:\\Python\\python.exe', '-m', 'x']],
])('%j is a command', (text, words) => {
  expect(commandWords(text)).toEqual(words)
})

it.each(['', '   ', '[]', '[1]', '["a"', 'python "a', '"" a'])('%j is none', (text) => {
  expect(() => commandWords(text)).toThrow(
    expect.objectContaining({ code: 'invalid-argument', field: 'command' }),
  )
})
