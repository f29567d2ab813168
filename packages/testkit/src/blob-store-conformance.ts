import type { BlobStore } from '@fastflow/core'
import { afterEach, describe, expect, it } from 'vitest'

/** What every `BlobStore` must do. `create` gives an empty one each time. */
export function describeBlobStore(name: string, create: () => BlobStore | Promise<BlobStore>): void {
  const open: BlobStore[] = []
  const made = async (): Promise<BlobStore> => {
    const blobs = await create()
    open.push(blobs)
    return blobs
  }
  const bytes = Uint8Array.from({ length: 1000 }, (_, k) => k % 256)

  afterEach(async () => {
    for (const blobs of open.splice(0)) await blobs.close()
  })

  describe(`BlobStore: ${name}`, () => {
    it('gives back what was put, under keys that differ', async () => {
      const blobs = await made()
      expect(blobs.version).toBe(1)
      const keys = [await blobs.put(bytes, 'png', 60), await blobs.put(bytes, 'png', 60)]
      expect(keys[0]).not.toBe(keys[1])
      for (const key of keys) {
        expect(key).toMatch(/^[0-9a-f]{32,}\.png$/)
        expect(Buffer.from((await blobs.get(key))!).equals(bytes)).toBe(true)
      }
    })

    it('keeps a copy', async () => {
      const blobs = await made()
      const own = bytes.slice()
      const key = await blobs.put(own, 'webp', 60)
      own.fill(0)
      expect((await blobs.get(key))![7]).toBe(7)
    })

    it('has nothing under other keys', async () => {
      const blobs = await made()
      for (const key of ['', 'x', '../../etc/passwd', `${'0'.repeat(48)}.png`])
        expect(await blobs.get(key)).toBeUndefined()
      await blobs.remove('../x')
    })

    it('forgets what was removed, or whose time is over', async () => {
      const blobs = await made()
      const removed = await blobs.put(bytes, 'png', 60)
      await blobs.remove(removed)
      await blobs.remove(removed)
      expect(await blobs.get(removed)).toBeUndefined()
      expect(await blobs.get(await blobs.put(bytes, 'png', 0))).toBeUndefined()
    })

    it('refuses what is no extension', async () => {
      const blobs = await made()
      await expect(blobs.put(bytes, '../x', 60)).rejects.toMatchObject({
        code: 'invalid-argument',
        field: 'type',
      })
    })
  })
}
