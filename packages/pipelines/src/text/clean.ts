import { fixText } from './fix-text.ts'

/** What Python calls white space. */
const SPACES = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g

/** `WanPipeline` cleans prompts so: ftfy's `fix_text`, HTML's character references twice, white space. */
export function cleanPrompt(prompt: string): string {
  return strip(fixText(prompt).replaceAll('&amp;', '&').replace(SPACES, ' '))
}

/** `SanaPipeline` reads prompts in lower case, and without white space round them. */
export function lowerPrompt(prompt: string): string {
  return strip(prompt.toLowerCase())
}

function strip(text: string): string {
  const spaces = SPACES.source
  return text.replace(new RegExp(`^${spaces}|${spaces}$`, 'g'), '')
}
