/** Rows of text below their titles; columns of numbers are aligned to the right, those listed in `words` to the left. */
export function textTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  words: readonly number[],
): string {
  const lines = [titles, ...rows]
  const widths = titles.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  const align = (cell: string, i: number): string =>
    words.includes(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)
  return lines.map((line) => line.map(align).join('  ').trimEnd()).join('\n')
}
