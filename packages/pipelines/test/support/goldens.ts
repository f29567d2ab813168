import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type GoldenTensors, goldenTensors } from '@fastflow/testkit'

/**
 * Folders that hold `<family>/pipeline`, a model as a user has it, and `<family>/golden`, what the real pipeline makes of it:
 * those of this package, and the one that FASTFLOW_REFERENCE names.
 */
export function familyFolders(): readonly string[] {
  const own = fileURLToPath(new URL('../fixtures/families', import.meta.url))
  return [own, process.env.FASTFLOW_REFERENCE]
    .filter((root) => root !== undefined && existsSync(root))
    .flatMap((root) => readdirSync(root!).map((name) => join(root!, name)))
    .filter((family) => existsSync(join(family, 'golden')))
}

export interface GoldenCase {
  readonly name: string
  /** What the pipeline was called with, in its own words. */
  readonly call: Readonly<Record<string, unknown>>
  readonly document: {
    readonly sigmas: readonly number[]
    readonly scheduler: { readonly _class_name: string }
  }
  readonly tensor: GoldenTensors
}

/** The recorded runs of a family. */
export function goldenCases(family: string): readonly GoldenCase[] {
  const folder = join(family, 'golden')
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const path = join(folder, file)
      const document = JSON.parse(readFileSync(path, 'utf8')) as Pick<GoldenCase, 'call'> &
        GoldenCase['document']
      return {
        name: `${basename(family)}: ${basename(file, '.json')}`,
        call: document.call,
        document,
        tensor: goldenTensors(readFileSync(path.replace(/json$/, 'safetensors'))),
      }
    })
}
