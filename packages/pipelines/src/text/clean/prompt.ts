import { fixText } from './fix-text.ts'
import { unescapeHtml } from './html.ts'
import { collapse, strip } from './spaces.ts'

/** `WanPipeline` cleans prompts so: ftfy's `fix_text`, HTML's character references twice, white space. */
export function cleanPrompt(prompt: string): string {
  return collapse(unescapeHtml(unescapeHtml(fixText(prompt))))
}

/** `SanaPipeline` reads prompts in lower case, and without white space round them. */
export function lowerPrompt(prompt: string): string {
  return strip(prompt.toLowerCase())
}
