import type { Records } from './records.ts'
import { COUNT, LEAVE, PRESENT } from './scripts.ts'

/** Tells others that this process takes jobs, and how many do. */
export interface Presence {
  /** From now on, until it ends; once is enough. @throws FastFlowError `output-unwritable`. */
  begin(): Promise<void>
  /** A process that is killed counts until its last word is `ms` old. */
  end(): void
  count(): Promise<number>
}

/** @param ms how long one word of a worker counts; it is renewed three times within them. */
export function createPresence(records: Records, ms: number): Presence {
  const name = crypto.randomUUID()
  let timer: ReturnType<typeof setInterval> | undefined
  const tell = (): Promise<unknown> => records.run(PRESENT, [records.workers], name, ms)
  return {
    async begin() {
      if (timer !== undefined) return
      // What cannot be told now is told next time.
      timer = setInterval(() => void tell().catch(() => {}), ms / 3)
      await tell()
    },
    end() {
      if (timer === undefined) return
      clearInterval(timer)
      records.run(LEAVE, [records.workers], name).catch(() => {})
    },
    async count() {
      return (await records.run(COUNT, [records.workers])) as number
    },
  }
}
