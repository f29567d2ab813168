import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { closeGate, openGate, throughGate } from '../src/native-gate.ts'
import { type NativeTurn, turnsOf } from '../src/native-turn.ts'

const openTurn = (): NativeTurn => new Int32Array(new SharedArrayBuffer(4))

describe('the turn of native code', () => {
  it('is held during work, given back after it, and after work that fails', async () => {
    const turn = openTurn()
    const takeTurn = turnsOf(turn, openGate())
    expect(await takeTurn(async () => Atomics.load(turn, 0))).toBe(1)
    expect(Atomics.load(turn, 0)).toBe(0)
    await expect(takeTurn(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine')
    expect(Atomics.load(turn, 0)).toBe(0)
  })

  it('that comes once the gate is closed is given back before the thread ends, and no work begins', async () => {
    const turn = openTurn()
    const heldAtExit: number[] = []
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
      heldAtExit.push(Atomics.load(turn, 0))
      throw new Error('this thread has ended')
    })
    onTestFinished(() => exit.mockRestore())
    const gate = openGate()
    let begun = false
    const work = throughGate(gate, () => {
      closeGate(gate)
      return turnsOf(
        turn,
        gate,
      )(async () => {
        begun = true
      })
    })
    await expect(work).rejects.toThrow('this thread has ended')
    expect(begun).toBe(false)
    expect(heldAtExit[0]).toBe(0)
  })
})
