import { PassThrough } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** Milliseconds between comments that keep a connection open. */
const KEEP_ALIVE_MS = 15_000

/** Bytes that wait for a slow client; more, and the connection is closed. */
const MOST_WAITING = 64 * 2 ** 20

/** Server-sent events. */
export interface EventSender {
  /** @param data becomes JSON, with the type of the event in it. */
  send(type: string, data: Readonly<Record<string, unknown>>): void
  end(): void
}

/** Answers with events; headers go out at once. */
export function eventsTo(reply: FastifyReply): EventSender {
  const stream = new PassThrough()
  const keepAlive = setInterval(() => stream.write(': keep-alive\n\n'), KEEP_ALIVE_MS)
  keepAlive.unref()
  stream.once('close', () => clearInterval(keepAlive))
  reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('cache-control', 'no-cache, no-transform')
    .header('x-accel-buffering', 'no')
  reply.send(stream)
  stream.write(': begin\n\n')
  return {
    send(type, data) {
      if (stream.destroyed) return
      stream.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
      if (stream.writableLength + stream.readableLength > MOST_WAITING) stream.destroy()
    },
    end() {
      clearInterval(keepAlive)
      stream.end()
    },
  }
}
