import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Places inside the repository that a page links to or shows. */
export function linksOf(page: string): readonly string[] {
  const prose = page.replaceAll(/```.*?```/gs, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !/^[a-z]+:/.test(link))
}

/** Whether a link from a page leads to a file or folder that is there, and to a heading of it. */
export function leads(root: string, page: string, link: string): boolean {
  const [path = '', heading] = link.split('#')
  const target = path === '' ? join(root, page) : join(root, dirname(page), path)
  if (!existsSync(target)) return false
  return heading === undefined || headingsOf(readFileSync(target, 'utf8')).includes(heading)
}

/** Headings as GitHub makes addresses of them. */
function headingsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.*?)\r?$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
