/** Rows of text below their titles: the last column as it is, the others aligned to the right. */
export function textTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, ...rows]
  const last = titles.length - 1
  const widths = titles.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  const format = (line: readonly string[]): string =>
    line.map((cell, i) => (i === last ? cell : cell.padStart(widths[i] ?? 0))).join('  ')
  return lines.map(format).join('\n')
}
