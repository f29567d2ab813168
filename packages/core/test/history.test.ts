import { float64Space } from '@fastflow/testkit'
import { expect, it } from 'vitest'
import { createHistory } from '../src/sample/history.ts'

it('the history of velocities keeps the last ones, newest first, and copies those from elsewhere alone', async () => {
  let copies = 0
  const space = {
    ...float64Space,
    linearCombination(...args: Parameters<typeof float64Space.linearCombination>) {
      copies++
      return float64Space.linearCombination(...args)
    },
  }
  const history = createHistory(space, 2, Float64Array.of(0))
  expect(history.count).toBe(0)
  for (const [value, count] of [
    [1, 1],
    [2, 2],
    [3, 2],
  ] as const) {
    const out = history.next()
    out[0] = value
    history.push(out, value / 10)
    expect(history.count).toBe(count)
  }
  expect(copies).toBe(0)
  expect([history.velocity(0)[0], history.velocity(1)[0]]).toEqual([3, 2])
  expect([...history.nodes]).toEqual([0.3, 0.2])

  const foreign = Float64Array.of(4)
  history.push(foreign, 0.4)
  expect(copies).toBe(1)
  foreign[0] = 9
  expect([history.velocity(0)[0], history.velocity(1)[0]]).toEqual([4, 3])
  expect([...history.nodes]).toEqual([0.4, 0.3])

  const out = Float64Array.of(0)
  history.combine(out, [2, -1], 2)
  expect(out[0]).toBe(5)
  history.combine(out, [2, -1], 1, Float64Array.of(10))
  expect(out[0]).toBe(18)
  history.combine(out, [2, -1], 2, Float64Array.of(10), 0.5)
  expect(out[0]).toBe(10)
})
