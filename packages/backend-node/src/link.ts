import type { Reply, Request } from './protocol.ts'

/** The way to one worker, in a thread or in another process: all that `lane.ts` needs to know of where networks live. */
export interface Link {
  /** Calls that may be under way at once. */
  readonly slots: number
  post(request: Request): void
  /** Told every answer, in the order they come. */
  onReply(listener: (reply: Reply) => void): void
  /** Settles once nothing comes any more; never rejects. */
  readonly ended: Promise<End>
  /** Whether the worker keeps this process alive. */
  hold(held: boolean): void
  /** Ends an idle worker; resolves when it is gone, or given up. */
  close(): Promise<void>
  /** Ends the worker whatever it does, or gives it up where that is impossible. */
  kill(): void
}

/** Why a link ended. */
export interface End {
  /** In words: `exit code 3`. */
  readonly why: string
  /** Whether it had used up its memory. */
  readonly outOfMemory?: boolean
}
