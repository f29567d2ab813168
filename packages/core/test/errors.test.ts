import { FastFlowError, invalidArgument } from '@fastflow/core'
import { describe, expect, it, vi } from 'vitest'

describe('FastFlowError', () => {
  it('carries code, field, message and cause', () => {
    const cause = new Error('below')
    const error = new FastFlowError({ code: 'model-failed', field: 'unet', message: 'unet: failed', cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'FastFlowError',
      code: 'model-failed',
      field: 'unet',
      message: 'unet: failed',
      cause,
    })
    expect(
      'cause' in new FastFlowError({ code: 'aborted', field: 'signal', message: 'signal: aborted' }),
    ).toBe(false)
  })

  it('of misuse puts the field before the message', () => {
    const error = invalidArgument('steps', 'must be positive')
    expect(error).toMatchObject({
      code: 'invalid-argument',
      field: 'steps',
      message: 'steps: must be positive',
    })
  })

  it('is recognised across copies of the package, where instanceof fails', async () => {
    vi.resetModules()
    const copy = await import('../src/errors.ts')
    expect(copy.FastFlowError).not.toBe(FastFlowError)
    const error = copy.invalidArgument('a', 'b')
    expect(error).not.toBeInstanceOf(FastFlowError)
    expect(FastFlowError.isInstance(error)).toBe(true)
    expect(copy.FastFlowError.isInstance(invalidArgument('a', 'b'))).toBe(true)
  })

  it.each([
    new Error('other'),
    { name: 'FastFlowError', code: 'aborted' },
    null,
    undefined,
    'FastFlowError',
    7,
  ])('is not %s', (value) => expect(FastFlowError.isInstance(value)).toBe(false))

  it('shows no marker to those who print or serialise it', () => {
    expect(Object.getOwnPropertySymbols({ ...invalidArgument('a', 'b') })).toEqual([])
  })
})
