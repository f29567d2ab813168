import { connect } from 'node:net'
import type { Channel } from './channel.ts'
import { type FrameReaderOptions, writeFrame } from './frames.ts'
import { readFrames } from './read-frames.ts'

/** Speaks frames over a Unix socket with a process that listens there; to kill it is to hang up. */
export function connectChannel(path: string, options: FrameReaderOptions): Channel {
  const socket = connect(path)
  const kill = (): void => void socket.destroy()
  const heard = readFrames(socket, options, kill)
  let reason = 'it hung up'
  socket.on('error', (error) => {
    reason = error.message
  })
  return {
    write: (header, payload) => writeFrame(socket, header, payload),
    ended: new Promise((resolve) => {
      socket.on('close', () => {
        const cut = heard.partial() ? ', in the middle of an answer' : ''
        resolve(heard.violation() ?? `${reason}${cut}`)
      })
    }),
    isBroken: () => heard.violation() !== undefined,
    hold: (held) => void (held ? socket.ref() : socket.unref()),
    kill,
  }
}
