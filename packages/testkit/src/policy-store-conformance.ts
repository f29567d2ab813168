import type { PolicyStore } from '@fastflow/core'
import { describe, expect, it } from 'vitest'

/** What every `PolicyStore` must do. `create` gives an empty store each time. */
export function describePolicyStore(name: string, create: () => PolicyStore | Promise<PolicyStore>): void {
  const key = '0f'.repeat(32)

  describe(`PolicyStore: ${name}`, () => {
    it('that can say whether it can be written to leaves nothing behind', async () => {
      const store = await create()
      await store.save(key, { a: 1 })
      expect(await store.check?.()).toBeUndefined()
      expect(await store.load(key)).toEqual({ a: 1 })
      expect(await store.load('probe')).toBeUndefined()
    })

    it('has nothing for an unknown key', async () => {
      const store = await create()
      expect(store.version).toBe(1)
      expect(await store.load(key)).toBeUndefined()
    })

    it.each([
      [
        'an object',
        { arms: [1, 2, 4], mean: 0.1 + 0.2, name: 'köln "\n"', nested: { empty: [], none: null } },
      ],
      ['an array', [1, -0.5, 1e-300, true]],
      ['a number', 7],
      ['null', null],
    ])('gives back %s as it was saved', async (_, document) => {
      const store = await create()
      await store.save(key, document)
      expect(await store.load(key)).toEqual(document)
    })

    it('replaces a document whole, and keeps keys apart', async () => {
      const store = await create()
      await store.save(key, { long: 'x'.repeat(1000) })
      await store.save('other-1', { b: 2 })
      await store.save(key, { a: 1 })
      expect(await store.load(key)).toEqual({ a: 1 })
      expect(await store.load('other-1')).toEqual({ b: 2 })
    })

    it('keeps a copy: later changes to the document or to what was loaded do not reach it', async () => {
      const store = await create()
      const document = { pulls: [1, 2] }
      await store.save(key, document)
      document.pulls.push(3)
      const loaded = (await store.load(key)) as typeof document
      expect(loaded).toEqual({ pulls: [1, 2] })
      loaded.pulls.push(4)
      expect(await store.load(key)).toEqual({ pulls: [1, 2] })
    })

    it('ends with one whole document when several are saved at once', async () => {
      const store = await create()
      const documents = Array.from({ length: 8 }, (_, index) => ({
        index,
        filler: String(index).repeat(500),
      }))
      await Promise.all(documents.map((document) => store.save(key, document)))
      expect(documents).toContainEqual(await store.load(key))
    })

    it.each(['', '.', '..', '../up', 'a/b', 'a\\b', 'UPPER', 'a.b', 'a b', '-a', '\0', 'x'.repeat(129)])(
      'refuses the key %j',
      async (bad) => {
        const store = await create()
        const refusal = { code: 'invalid-argument', field: 'key' }
        await expect(store.load(bad)).rejects.toMatchObject(refusal)
        await expect(store.save(bad, {})).rejects.toMatchObject(refusal)
      },
    )

    it('refuses what is not JSON, and keeps the old document', async () => {
      const store = await create()
      await store.save(key, { a: 1 })
      const ring: Record<string, unknown> = {}
      ring.self = ring
      for (const document of [undefined, () => 1, 10n, ring]) {
        const refusal = { code: 'invalid-argument', field: 'document' }
        await expect(store.save(key, document)).rejects.toMatchObject(refusal)
      }
      expect(await store.load(key)).toEqual({ a: 1 })
    })
  })
}
