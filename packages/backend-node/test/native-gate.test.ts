import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { awaitOutside, closeGate, openGate, throughGate } from '../src/native-gate.ts'

function recordExits(): { readonly count: number } {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
    throw new Error('this thread has ended')
  })
  onTestFinished(() => exit.mockRestore())
  return {
    get count() {
      return exit.mock.calls.length
    },
  }
}

describe('the gate of native code', () => {
  it('is open: work goes through, and nobody waits for who is outside', async () => {
    const gate = openGate()
    expect(await throughGate(gate, async () => 3)).toBe(3)
    await expect(throughGate(gate, async () => Promise.reject(new Error('mine')))).rejects.toThrow('mine')
    awaitOutside(gate, Infinity)
    expect(closeGate(gate)).toBe(false)
  })

  it('closed from outside: the thread ends before its work begins', async () => {
    const exits = recordExits()
    const gate = openGate()
    closeGate(gate)
    let begun = false
    const work = throughGate(gate, async () => {
      begun = true
    })
    await expect(work).rejects.toThrow('this thread has ended')
    expect([begun, exits.count]).toEqual([false, 1])
  })

  it('closed while the thread is inside: it is not to be terminated, and ends when it comes out', async () => {
    const exits = recordExits()
    const gate = openGate()
    let inside: boolean | undefined
    const work = throughGate(gate, async () => {
      inside = closeGate(gate)
      expect(exits.count).toBe(0)
    })
    await expect(work).rejects.toThrow('this thread has ended')
    expect([inside, exits.count]).toEqual([true, 1])
    awaitOutside(gate, Infinity)
  })
})
