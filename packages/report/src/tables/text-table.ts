import { readArgument } from '@fastflow/core/backend'

/**
 * Rows of text below their titles; columns of numbers are aligned to the right, those listed in `words` to the left.
 *
 * @throws FastFlowError `invalid-argument` for cells that are no text.
 */
export function textTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  words: readonly number[],
): string {
  for (const title of readArgument('titles', titles, 'a list of texts').items()) title.text()
  for (const row of readArgument('rows', rows, 'lists of texts').items())
    for (const cell of row.items()) cell.text()
  readArgument('words', words, 'the columns of words').numbers({ whole: true, least: 0 })
  const lines = [titles, ...rows]
  const widths = titles.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  const align = (cell: string, i: number): string =>
    words.includes(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)
  return lines.map((line) => line.map(align).join('  ').trimEnd()).join('\n')
}
