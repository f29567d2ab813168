import type { JsonField } from '@fastflow/core'

/** A number, also none (NaN) and infinite ones, which are shown as what they are. @throws FastFlowError of the field. */
export function checkFigure(field: JsonField): void {
  if (typeof field.value !== 'number') throw field.wrong('is not a number')
}

/** Numbers under these names. */
export function checkFigures(field: JsonField, names: readonly string[]): void {
  for (const name of names) checkFigure(field.at(name))
}

/** Mean and interval. */
export function checkInterval(field: JsonField): void {
  checkFigures(field, ['mean', 'low', 'high'])
}

/** Mean, 10 % quantile and least value. */
export function checkSummary(field: JsonField): void {
  checkFigures(field, ['mean', 'p10', 'min'])
}

/** Checks a part where there is one. */
export function checkIf(field: JsonField, check: (field: JsonField) => void): void {
  if (field.value !== undefined) check(field)
}
