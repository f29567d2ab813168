// Tries the mutants of one source, in a copy of its package.
import { Stryker } from '@stryker-mutator/core'
import { resultPath } from './result.mjs'

// What a sandbox holds: the package, the configurations that its own ones extend, and this folder.
const copied = (folder) => [
  '**',
  `!${folder}/**`,
  '!package.json',
  '!tsconfig.base.json',
  '!scripts/mutation/**',
  '**/dist',
  '**/node_modules',
]

/** Leaves the result in `.mutation/results`; what it holds already of this source is not tried again. */
export async function mutateFile(root, folder, path) {
  process.chdir(root)
  process.env.FASTFLOW_MUTATED = path
  await new Stryker({
    mutate: [path],
    testRunner: 'vitest',
    plugins: [
      import.meta.resolve('@stryker-mutator/vitest-runner'),
      new URL('./ignore.mjs', import.meta.url).href,
    ],
    ignorers: ['fastflow'],
    vitest: { configFile: 'scripts/mutation/vitest.config.mjs', dir: folder },
    coverageAnalysis: 'perTest',
    // What runs only while a module loads would take every test, each mutant: it is not counted.
    ignoreStatic: true,
    // The tests of plans take minutes on a busy machine, and a run that was given up says nothing.
    dryRunTimeoutMinutes: 60,
    concurrency: 1,
    // Files of types alone.
    allowEmpty: true,
    incremental: true,
    incrementalFile: resultPath(path),
    ignorePatterns: copied(folder),
    tempDirName: '.mutation/sandbox',
    cleanTempDir: 'always',
    // A file that isn't there: Stryker rewrites the one that is.
    tsconfigFile: 'none.json',
    disableTypeChecks: false,
    reporters: ['progress-append-only'],
    warnings: { slow: false },
    allowConsoleColors: false,
    logLevel: 'warn',
  }).runMutationTest()
}
