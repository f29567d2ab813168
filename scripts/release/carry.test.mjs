import assert from 'node:assert/strict'
import { test } from 'node:test'
import { carried, levelsOf } from './carry.mjs'

const of = (name, version, dependencies = []) => ({
  name,
  version,
  dependencies: Object.fromEntries(dependencies.map((on) => [on, 'workspace:^'])),
})
const house = [
  of('cli', '0.3.0', ['pipelines']),
  of('pipelines', '0.2.1', ['core', 'bandits']),
  of('bandits', '0.1.0'),
  of('core', '0.4.0'),
]

test('a patch moves nothing else', () => {
  assert.deepEqual([...carried(house, new Map([['bandits', 'patch']]))], [])
})

test('a minor of 0.x is a minor of all that depend on it, directly or not, patches included', () => {
  const declared = new Map([
    ['core', 'minor'],
    ['cli', 'patch'],
  ])
  assert.deepEqual([...carried(house, declared)].sort(), [
    ['cli', 'minor'],
    ['pipelines', 'minor'],
  ])
})

test('what is declared so already is not repeated', () => {
  const declared = new Map([
    ['bandits', 'minor'],
    ['pipelines', 'minor'],
    ['cli', 'major'],
  ])
  assert.deepEqual([...carried(house, declared)], [])
})

test('from 1.0.0 on a minor stays within the range, and only a major is carried', () => {
  const stable = [of('cli', '0.3.0', ['pipelines']), of('pipelines', '1.2.0', ['core']), of('core', '1.0.0')]
  assert.deepEqual([...carried(stable, new Map([['core', 'minor']]))], [])
  assert.deepEqual(
    [...carried(stable, new Map([['core', 'major']]))],
    [
      ['pipelines', 'major'],
      ['cli', 'minor'],
    ],
  )
})

test('changesets declare packages in single, double and no quotes', () => {
  assert.deepEqual(levelsOf('---\n\'@a/b\': minor\n"c": patch\nd: major\n---\n\ne: minor\n'), [
    ['@a/b', 'minor'],
    ['c', 'patch'],
    ['d', 'major'],
  ])
})
