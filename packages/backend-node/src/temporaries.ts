import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ageOf } from './age.ts'
import { createOwner, stateOf } from './owner.ts'

/** After this long a temporary file of a process nobody here can ask about counts as left behind: writing takes seconds. */
const ABANDONED_MS = 3600 * 1000

/** Temporary files of earlier versions say nothing of their process. */
const OF_BEFORE_MS = 24 * ABANDONED_MS

const OWNED = /\.([0-9a-f]{16}-\d+-\d+-[0-9a-f]{12})\.tmp$/
const OF_BEFORE = /\.(?:json|lock)\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(?:tmp|stale)$/

/** A name beside a file, for what is to take its place. */
export function temporaryFor(path: string): string {
  return `${path}.${createOwner()}.tmp`
}

/** Removes temporary files whose processes have died. What a living one is writing stays, and what cannot be removed too. */
export async function sweepTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      if (await isStale(name, path)) await rm(path, { force: true }).catch(() => {})
    }),
  )
}

async function isStale(name: string, path: string): Promise<boolean> {
  const owner = OWNED.exec(name)?.[1]
  if (owner === undefined) return OF_BEFORE.test(name) && ((await ageOf(path)) ?? 0) > OF_BEFORE_MS
  const state = stateOf(owner)
  return state === 'ended' || (state === 'unknown' && ((await ageOf(path)) ?? 0) > ABANDONED_MS)
}
