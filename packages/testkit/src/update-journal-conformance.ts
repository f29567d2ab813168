import type { UpdateJournal } from '@fastflow/core'
import { describe, expect, it } from 'vitest'

/** What every `UpdateJournal` must do. `create` gives an empty journal each time. */
export function describeUpdateJournal(
  name: string,
  create: () => UpdateJournal | Promise<UpdateJournal>,
): void {
  const key = '0f'.repeat(32)
  const collect = (document: unknown, updates: readonly unknown[]): unknown => [
    ...((document as unknown[] | undefined) ?? []),
    ...updates,
  ]

  describe(`UpdateJournal: ${name}`, () => {
    it('has nothing for an unknown key', async () => {
      const journal = await create()
      expect(journal.version).toBe(1)
      expect(await journal.read(key)).toEqual({ document: undefined, updates: [], damaged: 0 })
    })

    it('gives updates back in their order, as they were appended, each key its own', async () => {
      const journal = await create()
      const updates = [{ a: [1, 'köln "\n"'] }, null, 0.1 + 0.2, 'x'.repeat(1000), []]
      for (const update of updates) await journal.append(key, update)
      await journal.append('other', 1)
      expect(await journal.read(key)).toEqual({ document: undefined, updates, damaged: 0 })
      expect(await journal.read('other')).toMatchObject({ updates: [1] })
    })

    it('keeps every update of many at once', async () => {
      const journal = await create()
      await Promise.all(Array.from({ length: 20 }, (_, i) => journal.append(key, i)))
      expect((await journal.read(key)).updates).toEqual(Array.from({ length: 20 }, (_, i) => i))
    })

    it('folds updates into the document once, and goes on', async () => {
      const journal = await create()
      await journal.append(key, 1)
      await journal.append(key, 2)
      expect(await journal.compact(key, collect)).toBe(true)
      expect(await journal.read(key)).toEqual({ document: [1, 2], updates: [], damaged: 0 })
      await journal.append(key, 3)
      expect(await journal.read(key)).toEqual({ document: [1, 2], updates: [3], damaged: 0 })
      expect(await journal.compact(key, collect)).toBe(true)
      expect(await journal.read(key)).toMatchObject({ document: [1, 2, 3], updates: [] })
    })

    it('changes nothing when folding fails', async () => {
      const journal = await create()
      await journal.append(key, 1)
      const fail = (): never => {
        throw new RangeError('no')
      }
      await expect(journal.compact(key, fail)).rejects.toThrow('no')
      await expect(journal.compact(key, () => undefined)).rejects.toMatchObject({ field: 'document' })
      expect(await journal.read(key)).toMatchObject({ updates: [1] })
      expect(await journal.compact(key, collect)).toBe(true)
    })

    it.each(['', '..', 'a/b', 'UPPER'])('refuses the key %j', async (bad) => {
      const journal = await create()
      const refusal = { code: 'invalid-argument', field: 'key' }
      await expect(journal.append(bad, 1)).rejects.toMatchObject(refusal)
      await expect(journal.read(bad)).rejects.toMatchObject(refusal)
      await expect(journal.compact(bad, collect)).rejects.toMatchObject(refusal)
    })

    it('refuses what is not JSON', async () => {
      const journal = await create()
      await expect(journal.append(key, undefined)).rejects.toMatchObject({ field: 'document' })
      expect((await journal.read(key)).updates).toEqual([])
    })
  })
}
