import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pictures } from './pictures.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = join(root, 'docs/pictures')
await mkdir(folder, { recursive: true })
for (const [name, draw] of Object.entries(pictures)) {
  await writeFile(join(folder, name), `${await draw(root)}\n`)
  process.stdout.write(`docs/pictures/${name}\n`)
}
