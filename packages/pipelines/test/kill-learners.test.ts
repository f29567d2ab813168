import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const execute = promisify(execFile)

it('learners of one policy that are killed with -9 lose no generation that was acknowledged', async () => {
  const script = fileURLToPath(new URL('../bench/kill-learners.mjs', import.meta.url))
  const { stdout } = await execute(process.execPath, [script, '--kills', '6', '--writes', '8'])
  const { acknowledged, counted, ...left } = JSON.parse(stdout)
  expect(left).toMatchObject({ kills: 6, lost: 0, temporaries: 0, locks: 0 })
  expect(acknowledged).toBeGreaterThan(6)
  // One a kill may have been kept and not be acknowledged any more.
  expect(counted).toBeGreaterThanOrEqual(acknowledged)
  expect(counted).toBeLessThanOrEqual(acknowledged + 6)
})
