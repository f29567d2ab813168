import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The exported folder of a tiny family. */
export function familyFolder(family: string): string {
  return fileURLToPath(new URL(`../fixtures/families/${family}/pipeline`, import.meta.url))
}

/** A copy of it that can be damaged, and is removed after the test. */
export function copyOfFamily(family: string, onFinished: (clean: () => void) => void): string {
  const copy = mkdtempSync(join(tmpdir(), 'fastflow-'))
  onFinished(() => rmSync(copy, { recursive: true, force: true }))
  cpSync(familyFolder(family), copy, { recursive: true })
  return copy
}

/** Fields of a JSON file of a folder replaced; undefined removes one. */
export function changeJson(folder: string, file: string, changes: Readonly<Record<string, unknown>>): void {
  const path = join(folder, file)
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...changes }))
}

/** What Git leaves of a file that Git LFS did not fetch. */
export const lfsPointer: string = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n`
