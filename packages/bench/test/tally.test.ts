import { expect, test } from 'vitest'
import { createTally } from '../src/source/tally.ts'

test('a tally expects what it was told until a phase is over, then what it was', () => {
  const reports: (readonly [number, number])[] = []
  const expected = { learning: 10, planning: 20, oracle: 0, tuning: 0, samples: 100 }
  const tally = createTally(expected, (done, total) => reports.push([done, total]))
  tally.count(4)
  tally.report('half')
  tally.enter('planning')
  tally.count(30)
  tally.report('more than expected')
  tally.enter('samples', 200)
  tally.report('known better')
  expect(reports).toEqual([
    [4, 130],
    [34, 134],
    [34, 234],
  ])
  expect(tally.cost()).toEqual({ learning: 4, planning: 30, oracle: 0, tuning: 0, samples: 0 })
})
