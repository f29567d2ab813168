// `npm start`, `npm run studio` and `npm test` on a fresh machine: installs with the pinned pnpm, builds, then
// runs the demo, the browser app or the tests.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const windows = process.platform === 'win32'
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', npm_config_update_notifier: 'false' }

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: 'inherit',
    shell: windows,
    ...options,
  })
  if (error) throw error
  return status ?? 1
}

function pnpm(...args) {
  return run('npx', ['--yes', packageManager, ...args])
}

function orExit(status) {
  if (status !== 0) process.exit(status)
}

function prepare() {
  orExit(pnpm('install', '--frozen-lockfile'))
  orExit(pnpm('exec', 'turbo', 'run', 'build', '--output-logs=errors-only'))
}

function start(args) {
  prepare()
  return run(process.execPath, ['apps/cli/dist/main.js', 'demo', '--out', 'out', ...args])
}

function studio(args) {
  prepare()
  return pnpm('--filter', '@fastflow/studio', 'run', 'preview', ...args)
}

function workspaces() {
  return ['packages', 'apps', 'integrations'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name)),
  )
}

function test(args) {
  const reports = workspaces().map((folder) => join(folder, 'test-report.json'))
  for (const report of reports) rmSync(report, { force: true })
  prepare()
  // Three suites on two cores: those of browsers and processes spend a third of their time waiting.
  const status = pnpm(
    'exec',
    'turbo',
    'run',
    'test',
    '--continue',
    '--concurrency=3',
    '--output-logs=new-only',
    ...args,
  )
  const totals = { passed: 0, failed: 0, skipped: 0 }
  for (const report of reports.filter((path) => existsSync(path))) {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'))
    totals.passed += numPassedTests
    totals.failed += numFailedTests
    totals.skipped += numPendingTests
  }
  if (totals.skipped > 0) console.log(`${totals.skipped} skipped`)
  console.log(`${totals.passed} passed, ${totals.failed} failed`)
  return status !== 0 || totals.failed > 0 || totals.passed === 0 ? 1 : 0
}

const [, , command, ...args] = process.argv
const commands = { start, studio, test }
if (!(command in commands)) {
  console.error(`usage: node scripts/run.mjs ${Object.keys(commands).join('|')}`)
  process.exit(2)
}
process.exit(commands[command](args))
