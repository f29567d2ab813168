import type { Io } from './io.ts'

/** Reports one long task. */
export interface Progress {
  /** @param known of `done`, what took no time now, such as parts of a checkpoint. */
  update(done: number, total: number, detail?: string, known?: number): void
  /** Ends the line; call it also when the task failed. */
  end(): void
}

const WIDTH = 24

/** A bar on a terminal; elsewhere one plain line every tenth of each phase, so that logs stay short. */
export function createProgress(io: Io, title: string, now: () => number = () => performance.now()): Progress {
  const named = title.replaceAll(/\s+/g, ' ')
  let began = now()
  let before = 0
  let tenth = -1
  let drawn = false
  return {
    update(done, total, detail = '', known = 0) {
      // A count that falls back begins another phase of the task.
      if (done < before) began = now()
      before = done
      const share = total > 0 ? Math.min(1, done / total) : 0
      const seconds = (now() - began) / 1000
      const own = total > known ? (done - known) / (total - known) : 0
      const left = own > 0.02 ? `, ${Math.round((seconds / own) * (1 - own))} s left` : ''
      const text = `${named} ${done}/${total}${detail && ` ${detail}`} (${Math.round(seconds)} s${left})`
      if (io.rewrite) {
        const room = (io.columns?.() || Infinity) - 1
        // What is said is worth more than the bar.
        const width = Math.min(WIDTH, room - text.length - 3)
        const filled = Math.round(share * width)
        const bar = width < 4 ? '' : `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] `
        io.rewrite(`${bar}${text}`.slice(0, room))
        drawn = true
      } else if (Math.floor(share * 10) !== tenth) {
        tenth = Math.floor(share * 10)
        io.log(text)
      }
    },
    end() {
      if (drawn) io.log('')
      drawn = false
    },
  }
}
