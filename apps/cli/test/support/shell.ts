/** Commands of the shell blocks of a page, in words, without what a shell does with them. */
export function commandsOf(page: string): readonly (readonly string[])[] {
  const blocks = [...page.replaceAll('\r\n', '\n').matchAll(/^```(?:sh|bash)?\n(.*?)^```/gms)].map(
    ([, text]) => text!,
  )
  return blocks
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    .map(wordsOf)
    .filter((words) => words.length > 0)
}

/** What the text of a page names in code, such as a whole command line, or a command with one of its options. */
export function namedCommands(page: string): readonly (readonly string[])[] {
  const prose = page.replaceAll(/^```.*?^```/gms, '')
  return [...prose.matchAll(/`([^`]+)`/g)].map(([, code]) => wordsOf(code!.replaceAll(/\s*\n\s*/g, ' ')))
}

/** Words up to what the shell reads for itself: comments, pipes, redirections. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = []
  for (const [, word, quoted, single] of line.matchAll(/("([^"]*)"|'([^']*)'|[^\s"']+)/g)) {
    if (/^(?:#.*|\||&&?|>>?|<)$/.test(word!)) break
    words.push(quoted ?? single ?? word!)
  }
  return words
}

/** What follows `fastflow`, as pages call it from a clone, installed or by npx; undefined for other commands. */
export function argumentsOf(words: readonly string[]): readonly string[] | undefined {
  for (const start of ['npm run -s fastflow --', 'npx @fastflow/cli', 'fastflow']) {
    const { length } = start.split(' ')
    if (words.slice(0, length).join(' ') === start) return words.slice(length)
  }
  return undefined
}
