import { expect, it } from 'vitest'
import { sparingly } from '../src/check/sparingly.ts'

it('passes ten reports a second on, and the last', () => {
  let time = 5000
  const heard: number[] = []
  const report = sparingly(
    (done: number) => heard.push(done),
    (done) => done === 1000,
    () => time,
  )
  for (let done = 1; done <= 1000; done++) {
    report(done)
    time += 1
  }
  expect(heard).toEqual([1, 101, 201, 301, 401, 501, 601, 701, 801, 901, 1000])
  // The clock was set back.
  time = 0
  report(5)
  expect(heard.at(-1)).toBe(5)
})
