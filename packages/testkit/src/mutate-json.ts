/** A deterministic stream of uniform numbers in [0, 1), e.g. `createRandom(seed).next`. */
type Next = () => number

type Parent = unknown[] | Record<string, unknown>

/** Values that readers of JSON trip over, in the place of any other. */
const oddities: readonly unknown[] = [
  null,
  true,
  '',
  '3',
  'NaN',
  -1,
  -0,
  0,
  0.5,
  1e21,
  2 ** 53,
  -1e300,
  1e300,
  1e-300,
  [],
  {},
  [null],
  [[]],
  { length: 3 },
  { toString: null, valueOf: null },
  { constructor: { prototype: { polluted: true } } },
]

/** Literals that no value stands for, or whose value JSON.stringify would not write. */
const literals = ['1e999', '-1e999', 'NaN', '-Infinity', '-0', '01', '"\\ud800"', '"\\u0000"', '"\u2028"']

/**
 * A valid document as JSON text, damaged once in one of many ways: values replaced, removed, doubled, moved or grown, names
 * renamed (`__proto__`, `constructor`) or given twice, numbers out of range, deep nesting, bytes cut, swapped or inserted.
 *
 * @param document plain JSON; it is not changed.
 */
export function mutateJson(document: unknown, next: Next): string {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!
  if (next() < 0.15) return mutateText(JSON.stringify(document), next, pick)
  // Several times as fast as a structured clone, and the same for plain JSON.
  const copy: { root: unknown } = { root: JSON.parse(JSON.stringify(document)) }
  const somewhere = (): Place => placeIn(copy, next, pick)
  const { parent, name } = somewhere()
  const mark = '@literal@'
  const literal = changeAt(parent, name, { next, pick, somewhere, mark })
  const text = JSON.stringify(copy.root) ?? ''
  return literal === undefined ? text : text.replace(JSON.stringify(mark), () => literal)
}

interface Tools {
  readonly next: Next
  readonly pick: <T>(values: readonly T[]) => T
  readonly somewhere: () => Place
  readonly mark: string
}

/** Changes one value; what it returns is to be written where the mark stands. */
function changeAt(parent: Parent, name: string, { next, pick, somewhere, mark }: Tools): string | undefined {
  const fields = parent as Record<string, unknown>
  const value = fields[name]
  const change = Math.floor(next() * 8)
  if (change <= 2) fields[name] = pick(oddities)
  else if (change === 3 && Array.isArray(parent)) parent.splice(Number(name), 1)
  else if (change === 3) delete fields[name]
  else if (change === 4) fields[name] = structuredClone(somewhere().value)
  else if (change === 5 && typeof value === 'number') fields[name] = value * pick([-1, 0.1, 10, 1e6, 1e200])
  else if (change === 5 && Array.isArray(value)) fields[name] = [...value, ...value]
  else if (change === 6 && !Array.isArray(parent) && name !== 'root') {
    delete fields[name]
    const renamed = pick(['__proto__', 'constructor', 'toString', `${name} `, somewhere().name])
    Object.defineProperty(fields, renamed, { value, enumerable: true, configurable: true, writable: true })
  } else {
    fields[name] = mark
    const depth = pick([10, 90, 5000])
    return pick([
      ...literals,
      '['.repeat(depth) + ']'.repeat(depth),
      `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
    ])
  }
  return undefined
}

function mutateText(text: string, next: Next, pick: Tools['pick']): string {
  const at = Math.floor(next() * text.length)
  const other = Math.floor(next() * text.length)
  const [from, to] = at < other ? [at, other] : [other, at]
  const inserted = pick(['"', '{', '}', '[', ']', ',', ':', '\\', '-', 'e', '9', '\0', '\ufeff', ' '])
  return pick([
    text.slice(0, at),
    text.slice(0, from) + text.slice(to),
    text.slice(0, at) + inserted + text.slice(at),
    text.slice(0, at) + inserted + text.slice(at + 1),
    text + text.slice(at),
    `\ufeff${text}`,
    text.replace(/\{"([^"]*)":/, (all, name) => `${all}0,"${name}":`),
  ])
}

interface Place {
  readonly parent: Parent
  readonly name: string
  readonly value: unknown
}

/** A value of a tree, those near the root as likely as the many at its ends. */
function placeIn(tree: Parent, next: Next, pick: Tools['pick']): Place {
  let parent = tree
  for (;;) {
    const fields = parent as Record<string, unknown>
    const name = pick(Object.keys(fields))
    const value = fields[name]
    const inside = typeof value === 'object' && value !== null && Object.keys(value).length > 0
    if (!inside || next() < 0.2) return { parent, name, value }
    parent = value as Parent
  }
}
