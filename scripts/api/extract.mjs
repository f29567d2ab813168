// What api-extractor finds in the published packages as they were built.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'

export const root = fileURLToPath(new URL('../..', import.meta.url))

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

/** Entries of all published packages that have types. */
export function entries() {
  return readdirSync(join(root, 'packages'))
    .sort()
    .flatMap((name) => entriesOf(`packages/${name}`))
}

/** Writes what api-extractor finds in one entry to `out`: a report `NAME.api.md`, or with `model` docstrings and types, `NAME.api.json`. */
export function extract({ folder, name, types }, out, model = false) {
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
      apiReport: model
        ? { enabled: false }
        : {
            enabled: true,
            reportFileName: `${name}.api.md`,
            reportFolder: out,
            reportTempFolder: join(out, 'temp'),
          },
      docModel: model
        ? { enabled: true, apiJsonFilePath: join(out, `${name}.api.json`) }
        : { enabled: false },
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
}
