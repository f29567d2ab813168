import { describe, expect, it } from 'vitest'
import { cusum, type DriftDetector, type DriftState, pageHinkley } from '../src/index.ts'
import { sampleNormal } from '../src/random/normal.ts'
import { seeded } from './seeded.ts'

/** Rounds until the first alarm on `values`, with what it said; undefined without one. */
function firstAlarm(
  detector: DriftDetector,
  values: readonly number[],
): { round: number; alarm: string } | undefined {
  let state: DriftState = detector.init()
  for (const [round, value] of values.entries()) {
    const update = detector.update(state, value)
    if (update.alarm !== undefined) return { round, alarm: update.alarm }
    state = JSON.parse(JSON.stringify(update.state))
  }
  return undefined
}

/** Log mismatches: normal, of deviation 0.4. */
function series(seed: number, length: number, level = -6): number[] {
  const random = seeded(seed)
  return Array.from({ length }, () => level + 0.4 * sampleNormal(random))
}

describe.each([pageHinkley(), cusum()])('$name', (detector) => {
  it('stays silent in 500 unchanged generations', () => {
    const alarms = Array.from({ length: 40 }, (_, seed) => firstAlarm(detector, series(seed, 500)))
    // Normal level and deviation are estimates from 30 values: one start in forty may be unlucky.
    expect(alarms.filter((alarm) => alarm !== undefined).length).toBeLessThanOrEqual(1)
  })

  it.each([
    ['rise', 1],
    ['fall', -1],
  ])('finds a %s within 20 generations', (name, sign) => {
    for (let seed = 0; seed < 20; seed++) {
      // A factor of three in the mismatch.
      const values = [...series(seed, 100), ...series(seed + 100, 100, -6 + sign * Math.log(3))]
      const found = firstAlarm(detector, values)
      expect(found?.alarm).toBe(name)
      expect(found!.round).toBeGreaterThanOrEqual(100)
      expect(found!.round).toBeLessThan(120)
    }
  })

  it('takes any change for one where nothing ever varied', () => {
    const constant = new Array<number>(50).fill(2)
    expect(firstAlarm(detector, constant)).toBeUndefined()
    expect(firstAlarm(detector, [...constant, 2.001])).toEqual({ round: 50, alarm: 'rise' })
  })

  it('refuses values and states it cannot judge', () => {
    expect(() => detector.update(detector.init(), Number.NaN)).toThrow(/^value: /)
    const other = detector.name === 'cusum' ? pageHinkley() : cusum()
    expect(() => detector.update(other.init(), 1)).toThrow(/^kind: the state belongs to/)
  })
})

it('slow drift alarms CUSUM and is taken along by Page-Hinkley', () => {
  const slow = series(1, 3000).map((value, i) => value + 0.0003 * i)
  expect(firstAlarm(cusum(), slow)?.alarm).toBe('rise')
  expect(firstAlarm(pageHinkley({ tolerance: 1 }), slow)).toBeUndefined()
})

it('refuses options out of range', () => {
  expect(() => cusum({ warmUp: 2 })).toThrow(/^warmUp: /)
  expect(() => pageHinkley({ threshold: 0 })).toThrow(/^threshold: /)
})
