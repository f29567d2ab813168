// Runs the Python tests of the workspace it is started in and leaves a report as vitest's for `scripts/run.mjs`. Where no Python
// has what they need it says so in one line: the tests are skipped, unless FASTFLOW_PYTHON names the one to take, as `.ci/run` does.
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { sumOf } from './junit.mjs'

const needed = ['torch', 'diffusers', 'onnxruntime', 'pytest']
const given = process.env.FASTFLOW_PYTHON
const own = join('.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')

/** Whether it runs and has all packages, without loading them. */
function canTest(python) {
  const code = `import sys; from importlib.util import find_spec; sys.exit(not all(map(find_spec, ${JSON.stringify(needed)})))`
  return spawnSync(python, ['-c', code], { stdio: 'ignore' }).status === 0
}

function write(totals) {
  const { passed, failed, skipped, tests } = totals
  const testResults = [{ name: resolve('tests'), assertionResults: tests }]
  const counts = { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped }
  writeFileSync('test-report.json', JSON.stringify({ ...counts, testResults }))
  // What was skipped may be there next time: turbo must not replay this run.
  if (skipped > 0) writeFileSync('test-skipped', `${randomUUID()}\n`)
}

function run(python) {
  const scratch = mkdtempSync(join(tmpdir(), 'fastflow-pytest-'))
  try {
    const report = join(scratch, 'junit.xml')
    const args = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', `--junitxml=${report}`]
    const { status, error } = spawnSync(python, args, { stdio: 'inherit' })
    if (error) throw error
    const totals = existsSync(report) ? sumOf(readFileSync(report, 'utf8')) : { passed: 0, tests: [] }
    // A run that ended before it could report has failed too.
    const failed = Math.max(totals.failed ?? 0, status === 0 ? 0 : 1)
    write({ skipped: 0, ...totals, failed })
    return status ?? 1
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const python = given ?? [resolve(own), 'python3', 'python'].find(canTest)
if (python !== undefined) process.exit(run(python))
console.log(
  `Python tests skipped: no Python with ${needed.join(', ')} (integrations/diffusers/README.md says how to install them)`,
)
write({ passed: 0, failed: 0, skipped: 1, tests: [] })
