/**
 * Keeps long computing on the event loop cancellable: every now and then the host gets a turn, in which timers, messages and
 * signals of the process are served, and the signal that one of them may have aborted is looked at.
 */
export interface Pace {
  /** Whether it is time for {@link rest}; cheap enough for inner loops. */
  due(): boolean
  /** Gives the host a turn and looks at the signal before and after it. @throws whatever looking throws. */
  rest(): Promise<void>
}

/** Milliseconds of computing between two turns of the host: about a frame of a screen. */
const INTERVAL = 16

/**
 * @param look throws where the work is to end.
 * @param now milliseconds of a clock; one that is set back costs a turn more.
 */
export function createPace(look: () => void, now: () => number = Date.now): Pace {
  let rested = Number.NEGATIVE_INFINITY
  return {
    due: () => Math.abs(now() - rested) >= INTERVAL,
    async rest() {
      look()
      await hostTurn()
      rested = now()
      look()
    },
  }
}

// What hosts queue tasks with, declared since core is compiled without any host's types.
interface Port {
  onmessage: (() => void) | null
  postMessage(message: null): void
  close(): void
}
declare const setImmediate: ((task: () => void) => unknown) | undefined
declare const MessageChannel: (new () => { readonly port1: Port; readonly port2: Port }) | undefined
declare const setTimeout: ((task: () => void, ms: number) => unknown) | undefined

/** Resolves in a task of its own; at once where a host has none. Timers come last: browsers make nested ones wait 4 ms. */
function hostTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate !== 'undefined') setImmediate(resolve)
    else if (typeof MessageChannel !== 'undefined') {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        // An open port keeps a process alive.
        port1.close()
        resolve()
      }
      port2.postMessage(null)
    } else if (typeof setTimeout !== 'undefined') setTimeout(resolve, 0)
    else resolve()
  })
}
