import { MessageChannel } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { after } from '../src/stream/deadline.ts'

it('what had arrived before the time was up is looked at first, however late this thread comes to it', async () => {
  const { port1, port2 } = new MessageChannel()
  const order: string[] = []
  await new Promise<void>((resolve) => {
    port2.on('message', () => order.push('answer'))
    after(0.02, () => {
      order.push('time is up')
      resolve()
    })
    port1.postMessage('answer')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60)
  })
  port1.close()
  expect(order).toEqual(['answer', 'time is up'])
})

it('can be called off, also by what arrives at the last moment', async () => {
  const { port1, port2 } = new MessageChannel()
  const order: string[] = []
  const callOff = after(0.02, () => order.push('time is up'))
  const answered = new Promise<void>((resolve) => {
    port2.on('message', () => {
      callOff()
      order.push('answer')
      resolve()
    })
  })
  port1.postMessage('answer')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60)
  await answered
  await new Promise(setImmediate)
  port1.close()
  expect(order).toEqual(['answer'])
})
