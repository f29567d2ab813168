// Prints what became of the mutants.

const statuses = { killed: ['Killed', 'Timeout'], survived: ['Survived'], uncovered: ['NoCoverage'] }

/** What no test noticed, a line each: where, what stood there, what replaced it. */
export function printSurvivors(path, result) {
  const lines = result?.source.split('\n') ?? []
  for (const { status, location, replacement } of result?.mutants ?? []) {
    if (status !== 'Survived' && status !== 'NoCoverage') continue
    const { start, end } = location
    const first = lines[start.line - 1]
    const original =
      start.line === end.line ? first.slice(start.column - 1, end.column - 1) : `${first.trim()} ...`
    const mark = status === 'NoCoverage' ? ' (no test comes here)' : ''
    console.log(`${path}:${start.line}:${start.column}${mark}  ${original}  ->  ${brief(replacement)}`)
  }
}

function brief(text) {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > 80 ? `${line.slice(0, 80)} ...` : line
}

/** A row a file that has mutants, in the order given, and the total of those that were tried. */
export function printTable(files) {
  const tried = files.filter(({ result }) => result !== undefined)
  const rows = tried
    .map(({ path, result }) => ({ path, ...count(result) }))
    .filter((row) => mutantsOf(row) > 0)
  const total = {
    path: `total, ${tried.length} of ${files.length} files`,
    killed: 0,
    survived: 0,
    uncovered: 0,
  }
  for (const row of rows) for (const key of Object.keys(statuses)) total[key] += row[key]
  const width = Math.max(...[...rows, total].map(({ path }) => path.length))
  console.log(`\n${'file'.padEnd(width)}  killed  survived  no coverage    score`)
  for (const row of [...rows, total]) {
    const score = mutantsOf(row) === 0 ? '-' : `${((100 * row.killed) / mutantsOf(row)).toFixed(1)} %`
    const figures = [row.killed, row.survived, row.uncovered, score]
    const widths = [6, 8, 11, 7]
    const cells = figures.map((figure, i) => `${figure}`.padStart(widths[i]))
    console.log([row.path.padEnd(width), ...cells].join('  '))
  }
}

function mutantsOf({ killed, survived, uncovered }) {
  return killed + survived + uncovered
}

function count({ mutants }) {
  return Object.fromEntries(
    Object.entries(statuses).map(([key, names]) => [
      key,
      mutants.filter(({ status }) => names.includes(status)).length,
    ]),
  )
}
