// Writes or checks docs/api/*.api.md: every exported name of every published entry with its type, so that a change of the
// public types shows in the diff. `node scripts/api-report.mjs` writes them (after a build), `--check` fails where one differs.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'

const root = fileURLToPath(new URL('..', import.meta.url))
const reports = join(root, 'docs/api')
const check = process.argv.includes('--check')

/** Reads what was built, as a user's compiler would. */
const compilerOptions = {
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  types: ['node'],
  strict: true,
  skipLibCheck: true,
}

/** Entries of a package that have types: `.` is named after the package, `./backend` is `core-backend`. */
function entriesOf(folder) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  if (manifest.private) return []
  return Object.entries(manifest.exports ?? {}).flatMap(([entry, conditions]) =>
    conditions.types === undefined
      ? []
      : [
          {
            folder,
            name: `${folder.split('/')[1]}${entry.slice(1).replaceAll('/', '-')}`,
            types: conditions.types,
          },
        ],
  )
}

/** The report of one entry; api-extractor writes it to a folder of its own. */
function reportOf({ folder, name, types }) {
  const out = mkdtempSync(join(tmpdir(), 'fastflow-api-'))
  try {
    const config = ExtractorConfig.prepare({
      configObject: {
        projectFolder: join(root, folder),
        mainEntryPointFilePath: join(root, folder, types),
        compiler: {
          overrideTsconfig: {
            compilerOptions: { ...compilerOptions, typeRoots: [join(root, folder, 'node_modules/@types')] },
            files: [types],
          },
        },
        apiReport: {
          enabled: true,
          reportFileName: `${name}.api.md`,
          reportFolder: out,
          reportTempFolder: join(out, 'temp'),
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        newlineKind: 'lf',
        messages: {
          compilerMessageReporting: { default: { logLevel: 'none' } },
          extractorMessageReporting: { default: { logLevel: 'none' } },
          tsdocMessageReporting: { default: { logLevel: 'none' } },
        },
      },
      configObjectFullPath: undefined,
      packageJsonFullPath: join(root, folder, 'package.json'),
    })
    Extractor.invoke(config, {
      localBuild: true,
      messageCallback: (message) => {
        message.handled = true
      },
    })
    return readFileSync(join(out, `${name}.api.md`), 'utf8')
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

const entries = readdirSync(join(root, 'packages'))
  .sort()
  .flatMap((name) => entriesOf(`packages/${name}`))
const changed = entries.filter((entry) => {
  const path = join(reports, `${entry.name}.api.md`)
  const text = reportOf(entry)
  if (existsSync(path) && readFileSync(path, 'utf8').replaceAll('\r\n', '\n') === text) return false
  if (!check) writeFileSync(path, text)
  return true
})
for (const { name } of changed)
  console.log(
    check
      ? `docs/api/${name}.api.md differs from the built types: run npm run api, and look at the difference`
      : `wrote docs/api/${name}.api.md`,
  )
process.exit(check && changed.length > 0 ? 1 : 0)
