import { spawn } from 'node:child_process'
import { type Channel, type ChannelOptions, openChannel } from '../stream/channel.ts'
import { connectChannel } from '../stream/socket-channel.ts'
import type { CheckedOptions } from './options.ts'

/** A channel to a worker: to a new process, or to the one that listens on a socket. */
export function connectWorker({ worker }: CheckedOptions, options: ChannelOptions): Channel {
  if ('socket' in worker) return connectChannel(worker.socket, options)
  const [program, ...rest] = worker.command
  const env = { ...process.env, ...worker.env }
  return openChannel(spawn(program, rest, { stdio: 'pipe', env, windowsHide: true }), options)
}
