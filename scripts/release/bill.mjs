// `npm run licenses`: licences of what is installed with our packages, one a line; fails where one is unknown or not permissive.
// `npm run sbom -- FILE`: the same as a CycloneDX 1.6 document, for a release.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { published, root } from './packages.mjs'

/** Licences that ask for no more than to be named; MPL-2.0 and LGPL cover files and libraries of their own, used as they are. */
const accepted =
  /^(MIT|ISC|BSD-[23]-Clause|0BSD|Apache-2\.0|BlueOak-1\.0\.0|CC0-1\.0|Python-2\.0|MPL-2\.0|LGPL-3\.0-or-later|Unlicense)$/

/** Production dependencies of everything published: `{ name, version, license, homepage }`. */
function components() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const filters = published().map(({ manifest }) => `--filter=${manifest.name}`)
  const { stdout, status, stderr } = spawnSync(
    'npx',
    ['--yes', packageManager, ...filters, 'licenses', 'list', '--prod', '--json'],
    { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28, shell: process.platform === 'win32' },
  )
  if (status !== 0) throw new Error(stderr || stdout)
  return Object.entries(JSON.parse(stdout))
    .flatMap(([license, packages]) =>
      packages.flatMap(({ name, versions, homepage }) =>
        versions.map((version) => ({ name, version, license, homepage })),
      ),
    )
    .sort((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version))
}

function isAccepted(license) {
  return license
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => accepted.test(one)))
}

const licenseOf = (license) => [
  /^[\w.-]+$/.test(license) ? { license: { id: license } } : { expression: license },
]
const purlOf = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`

function cycloneDx(found) {
  const ours = published().map(({ manifest: { name, version, license } }) => ({ name, version, license }))
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: { type: 'application', name: 'fastflow', 'bom-ref': 'fastflow' },
    },
    components: [...ours, ...found].map((component) => ({
      type: 'library',
      'bom-ref': purlOf(component),
      name: component.name,
      version: component.version,
      purl: purlOf(component),
      licenses: licenseOf(component.license),
    })),
  }
}

const found = components()
const [, , file] = process.argv
if (file !== undefined) {
  writeFileSync(file, `${JSON.stringify(cycloneDx(found), null, 2)}\n`)
  console.log(`${file}: ${found.length} packages of others`)
} else for (const { name, version, license } of found) console.log(`${name} ${version}  ${license}`)
const refused = found.filter(({ license }) => !isAccepted(license))
for (const { name, license } of refused)
  console.error(`${name}: ${license} is not among the accepted licences`)
process.exit(refused.length > 0 ? 1 : 0)
