/** Parts of a text, one behind the other, that a pattern matched or that lie between matches. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly matched: boolean
}

/** Finds what a pattern matches; the spans cover the text. */
export type Matcher = (text: string) => readonly Span[]

/** Every character that `matches`, on its own. */
export function charMatcher(matches: (code: number) => boolean): Matcher {
  return (text) => {
    const spans: Span[] = []
    let open = 0
    for (let k = 0; k < text.length; ) {
      const code = text.codePointAt(k)!
      const end = k + (code > 0xffff ? 2 : 1)
      if (matches(code)) {
        if (open < k) spans.push({ start: open, end: k, matched: false })
        spans.push({ start: k, end, matched: true })
        open = end
      }
      k = end
    }
    if (open < text.length) spans.push({ start: open, end: text.length, matched: false })
    return spans
  }
}

/** Matches of a regular expression with the flags `g` and `u` or `v`; an empty match right behind another one is none. */
export function regexMatcher(regex: RegExp): Matcher {
  return (text) => {
    const spans: Span[] = []
    let open = 0
    let matchedTo = -1
    if (text === '') return spans
    // `matchAll` would make a copy of the expression for each text, which takes longer than finding its matches.
    regex.lastIndex = 0
    for (let match = regex.exec(text); match !== null; match = regex.exec(text)) {
      const start = match.index
      const end = start + match[0].length
      if (start === end) regex.lastIndex = end + (text.codePointAt(end)! > 0xffff ? 2 : 1)
      if (start === end && (start === matchedTo || isInside(text, start))) continue
      if (open < start) spans.push({ start: open, end: start, matched: false })
      spans.push({ start, end, matched: true })
      open = end
      matchedTo = end
    }
    if (open < text.length) spans.push({ start: open, end: text.length, matched: false })
    return spans
  }
}

/** Whether a place is in the middle of a character, where engines find that nothing comes before it. */
function isInside(text: string, place: number): boolean {
  return place > 0 && text.codePointAt(place - 1)! > 0xffff
}

/** Matches become what lies between them, and the other way round. */
export function inverted(matcher: Matcher): Matcher {
  return (text) => matcher(text).map((span) => ({ ...span, matched: !span.matched }))
}
