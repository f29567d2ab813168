// `npm run mutation [list] [package] [file...]`: changes the sources one operator at a time and counts the changes that some
// test notices. `file` is a path below `src` or the beginning of one (`plan/fit`). A file at a time, each result kept below
// `.mutation/`: what was interrupted goes on where it was, a file named again is only tested where it or a test changed.
// `list` runs nothing and prints what survived. Ends with a table.
import { fileURLToPath } from 'node:url'
import { sourcesOf } from './house/imports.mjs'
import { mutateFile } from './mutation/mutate-file.mjs'
import { resultOf } from './mutation/result.mjs'
import { printSurvivors, printTable } from './mutation/table.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const packages = ['core', 'bandits']

const args = process.argv.slice(2)
const listOnly = args[0] === 'list'
if (listOnly) args.shift()
const [name, ...prefixes] = args
if (name !== undefined && !packages.includes(name)) {
  console.error(
    `usage: npm run mutation [list] [${packages.join('|')}] [file or beginning of one, below src ...]`,
  )
  process.exit(2)
}

const files = (name === undefined ? packages : [name]).flatMap((folder) =>
  sourcesOf(root, `packages/${folder}`)
    .map(({ path }) => path)
    .filter((path) => prefixes.length === 0 || prefixes.some((prefix) => path.startsWith(prefix)))
    .map((path) => ({ folder: `packages/${folder}`, path: `packages/${folder}/src/${path}` })),
)

for (const { folder, path } of files) {
  if (listOnly) printSurvivors(path, resultOf(root, path))
  else if (prefixes.length > 0 || resultOf(root, path) === undefined) {
    try {
      await mutateFile(root, folder, path)
      printSurvivors(path, resultOf(root, path))
    } catch (error) {
      console.error(`${path}: ${error.message}`)
      process.exitCode = 1
    }
  }
}
printTable(files.map(({ path }) => ({ path, result: resultOf(root, path) })))
