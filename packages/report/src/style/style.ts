import { compareStyle } from './compare.ts'
import { dataStyle } from './data.ts'
import { pageStyle } from './page.ts'
import { tokens } from './tokens.ts'

/** The whole style sheet; fonts are the reader's own. */
export const style: string = [tokens, pageStyle, compareStyle, dataStyle].join('')
