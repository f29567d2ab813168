import type { Redis } from 'ioredis'

/** What is told between processes. */
export interface Channels {
  /** Hears a channel from when this resolves on. @returns what ends it. */
  listen(channel: string, listener: (message: string) => void): Promise<() => void>
  close(): void
}

interface Topic {
  readonly subscribed: Promise<unknown>
  readonly listeners: Set<(message: string) => void>
}

/** @param redis a connection of its own: one that listens can do nothing else. */
export function createChannels(redis: Redis): Channels {
  const topics = new Map<string, Topic>()
  redis.on('message', (channel: string, message: string) => {
    for (const listener of [...(topics.get(channel)?.listeners ?? [])]) listener(message)
  })
  const leave = (channel: string, topic: Topic, listener: (message: string) => void): void => {
    topic.listeners.delete(listener)
    if (topic.listeners.size > 0 || topics.get(channel) !== topic) return
    topics.delete(channel)
    // A connection that is gone hears nothing any more.
    redis.unsubscribe(channel).catch(() => {})
  }
  return {
    async listen(channel, listener) {
      const topic = topics.get(channel) ?? { subscribed: redis.subscribe(channel), listeners: new Set() }
      topics.set(channel, topic)
      topic.listeners.add(listener)
      try {
        await topic.subscribed
      } catch (error) {
        leave(channel, topic, listener)
        throw error
      }
      return () => leave(channel, topic, listener)
    },
    close: () => redis.disconnect(),
  }
}
