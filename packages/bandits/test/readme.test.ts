import { readFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { seeded } from './seeded.ts'

it('shows in the README the example that runs here', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8').replaceAll('\r\n', '\n')
  const example = readFileSync(new URL('./readme-example.ts', import.meta.url), 'utf8').replaceAll(
    '\r\n',
    '\n',
  )
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1])
  expect(blocks).toEqual([example])
  // The example is random by nature; here it has to end the same way every time.
  const spy = vi.spyOn(Math, 'random').mockImplementation(seeded(1))
  await import('./readme-example.ts')
  expect(spy).toHaveBeenCalled()
  spy.mockRestore()
})
