import type { HelpConfiguration } from 'commander'
import type { Io } from '../io.ts'

/** Columns that a term and a description need to stand side by side. */
const SIDE_BY_SIDE = 70

/** Columns that help is wrapped to: what `COLUMNS` says, else those of the terminal, else 80. */
export function helpWidth({ env, columns }: Pick<Io, 'env' | 'columns'>): number {
  return Number(env.COLUMNS) || columns?.() || 80
}

/** Help that no line of is wider than the terminal: descriptions stand below their terms where it is narrow. */
export const narrowHelp: HelpConfiguration = {
  minWidthToWrap: 20,
  styleUsage(usage) {
    return this.boxWrap?.(usage, (this.helpWidth ?? 80) - 7).replaceAll('\n', '\n  ') ?? usage
  },
  formatItem(term, termWidth, description, helper) {
    const width = helper.helpWidth ?? 80
    const wide = width >= SIDE_BY_SIDE
    const indent = ' '.repeat(wide ? termWidth + 4 : 6)
    const text = helper.boxWrap(description, width - indent.length).replaceAll('\n', `\n${indent}`)
    if (wide) return `  ${term.padEnd(termWidth)}  ${text}`.trimEnd()
    const above = `  ${helper.boxWrap(term, width - 4).replaceAll('\n', '\n    ')}`
    return text === '' ? above : `${above}\n${indent}${text}`
  },
}
