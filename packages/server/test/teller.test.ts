import { expect, it } from 'vitest'
import { createTeller } from '../src/work/teller.ts'

it('tells the newest state, one message at a time, and no failure', async () => {
  const sent: number[] = []
  const arrive: (() => void)[] = []
  const teller = createTeller<number>((state) => {
    sent.push(state)
    return new Promise((resolve, reject) =>
      arrive.push(() => (state === 1 ? reject(new Error('away')) : resolve())),
    )
  })
  await teller.told()
  for (const state of [1, 2, 3]) teller.tell(state)
  expect(sent).toEqual([1])
  const told = teller.told()
  arrive.shift()!()
  while (sent.length < 2) await new Promise(setImmediate)
  expect(sent).toEqual([1, 3])
  arrive.shift()!()
  await told
  teller.tell(4)
  expect(sent).toEqual([1, 3, 4])
})
