import { readImage } from '../image/read-image.ts'
import type { Desk } from './desk.ts'
import type { Source } from './settings.ts'

/** Takes a picture to edit from a file, fitted as the command line does. Of two files the one that was chosen last is taken. */
export function sourceChooser({ store, ask, fail }: Desk): {
  choose(file: File): Promise<void>
  set(source: Source | undefined): void
} {
  let asked = 0
  const set = (source: Source | undefined): void => {
    asked++
    // What was wrong with another picture is no news any more.
    store.set({ source, error: undefined })
  }
  return {
    set,
    async choose(file) {
      const turn = ++asked
      const { model, about } = store.state
      if (model === undefined || about === undefined) return
      try {
        const image = await ask('fit', model, { image: await readImage(file), size: about.size })
        if (turn === asked) set({ name: file.name, image })
      } catch (error) {
        if (turn === asked) fail(error)
      }
    },
  }
}
