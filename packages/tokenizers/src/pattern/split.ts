import { type Piece, slice } from '../piece.ts'
import type { Matcher, Span } from './spans.ts'

/** What becomes of a delimiter. */
export const BEHAVIORS = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
] as const

export type Behavior = (typeof BEHAVIORS)[number]

/** Splits a piece where `matcher` finds a delimiter. Spans that come out empty are left to the caller. */
export function splitBy(matcher: Matcher, behavior: Behavior): (piece: Piece) => readonly Piece[] {
  return (piece) => {
    const spans = matcher(piece.text)
    return merged(spans, behavior).map(({ start, end }) => slice(piece, start, end))
  }
}

function merged(spans: readonly Span[], behavior: Behavior): readonly Span[] {
  switch (behavior) {
    case 'Removed':
      return spans.filter(({ matched }) => !matched)
    case 'Isolated':
      return spans
    case 'Contiguous':
      return folded(spans, (matched, before) => matched === before)
    case 'MergedWithPrevious':
      return folded(spans, (matched, before) => matched && !before)
    case 'MergedWithNext':
      return [...folded([...spans].reverse(), (matched, before) => matched && !before)].reverse()
  }
}

/** Joins a span to the one before it where `joins` says so; the first stands alone. */
function folded(
  spans: readonly Span[],
  joins: (matched: boolean, before: boolean) => boolean,
): readonly Span[] {
  const parts: Span[] = []
  let before = false
  for (const span of spans) {
    const last = parts.at(-1)
    if (last !== undefined && joins(span.matched, before))
      parts[parts.length - 1] = {
        ...last,
        start: Math.min(last.start, span.start),
        end: Math.max(last.end, span.end),
      }
    else parts.push(span)
    before = span.matched
  }
  return parts
}
