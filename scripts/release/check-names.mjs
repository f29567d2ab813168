// Asks the configured registry whether the names we publish under are free, or ours. `node scripts/release/check-names.mjs`
import { spawnSync } from 'node:child_process'
import { published } from './packages.mjs'

for (const name of [...published().map(({ manifest }) => manifest.name), 'fastflow']) {
  const { status, stdout, stderr } = spawnSync('npm', ['view', name, 'version', 'maintainers', '--json'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status === 0) console.log(`${name}: taken, ${stdout.trim().replaceAll(/\s+/g, ' ')}`)
  else if (/E404/.test(stderr + stdout)) console.log(`${name}: free`)
  else {
    console.error(`${name}: the registry does not say (${stderr.trim().split('\n')[0]})`)
    process.exitCode = 1
  }
}
