import { invalidArgument } from '@fastflow/core'
import { checkMethods, checkWhole, isNumbers, shown } from '@fastflow/core/backend'

// What those who write families hand to helpers. All throw FastFlowError `invalid-argument` that names `field`.

/** A Float32Array whose length is a multiple of `multiple`. */
export function checkFloats(field: string, value: unknown, multiple = 1): void {
  // The tag, which arrays of other realms have too.
  if (Object.prototype.toString.call(value) !== '[object Float32Array]')
    throw invalidArgument(field, `${shown(value)} is no Float32Array`)
  const { length } = value as Float32Array
  if (length % multiple !== 0)
    throw invalidArgument(field, `has ${length} numbers, not a multiple of ${multiple}`)
}

/** Height and width, multiples of `multiple`. */
export function checkPlane(plane: { readonly height: number; readonly width: number }, multiple = 1): void {
  checkMethods('plane', plane, [], '{ height, width }')
  for (const side of ['height', 'width'] as const) {
    const value = checkWhole(`plane.${side}`, plane[side], multiple)
    if (value % multiple !== 0)
      throw invalidArgument(`plane.${side}`, `${value} is not a multiple of ${multiple}`)
  }
}

/** Numbers for all channels alike, or one a channel: as many of each kind. */
export function checkStatistics(statistics: {
  readonly shift: readonly number[]
  readonly scaling: readonly number[]
}): void {
  checkMethods('statistics', statistics, [], '{ shift, scaling }')
  const { shift, scaling } = statistics
  for (const [name, values] of Object.entries({ shift, scaling }))
    if (!isNumbers(values) || values.length === 0)
      throw invalidArgument(`statistics.${name}`, `${shown(values)} is not a list of numbers`)
  if (shift.length !== scaling.length)
    throw invalidArgument(
      'statistics.shift',
      `has ${shift.length} numbers where scaling has ${scaling.length}`,
    )
}
