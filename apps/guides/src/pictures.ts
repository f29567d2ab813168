import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { frontier } from './frontier.ts'
import { jumpErrors } from './jump-errors.ts'
import { trajectory } from './trajectory.ts'

/** The pictures of the guides by their file names in `docs/pictures`; `root` is the repository's folder. */
export const pictures: Readonly<Record<string, (root: string) => Promise<string>>> = {
  'trajectory.svg': (root) => trajectory(join(root, 'models/emoji')),
  'jump-errors.svg': () => jumpErrors(),
  'frontier.svg': async (root) => frontier(await readFile(join(root, 'docs/measured.md'), 'utf8')),
}
