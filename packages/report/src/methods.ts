/** How a method is drawn: one colour and one symbol, so that colour alone never tells two apart. */
export interface MethodStyle {
  /** A CSS variable of the style sheet, with a value for light and one for dark. */
  readonly color: string
  readonly symbol: 'circle' | 'rect' | 'triangle' | 'diamond' | 'roundRect' | 'star'
}

/** `ab2-10` is family `ab2` at budget 10; `paper` is a family of its own, without a budget. */
export interface MethodName {
  readonly family: string
  readonly budget: number | undefined
}

interface Known extends MethodStyle {
  readonly about: string
}

const known: ReadonlyMap<string, Known> = new Map([
  [
    'full',
    {
      color: 'var(--full)',
      symbol: 'rect',
      about: 'The model’s own Euler sampler with every step evaluated: the reference.',
    },
  ],
  [
    'euler',
    {
      color: 'var(--euler)',
      symbol: 'circle',
      about: 'Euler on a coarser grid of N steps, nothing skipped.',
    },
  ],
  [
    'ab2',
    {
      color: 'var(--ab2)',
      symbol: 'rect',
      about: 'Adams–Bashforth of second order on a grid of N steps: a classic multistep solver.',
    },
  ],
  [
    'uniform',
    {
      color: 'var(--uniform)',
      symbol: 'triangle',
      about: 'The full grid with N evaluations evenly spread, linear forecasts in between: a control.',
    },
  ],
  [
    'random',
    {
      color: 'var(--random)',
      symbol: 'diamond',
      about: 'The full grid with N evaluations at random places, linear forecasts in between: a control.',
    },
  ],
  [
    'flat',
    {
      color: 'var(--flat)',
      symbol: 'roundRect',
      about: 'Skips where the last velocities hardly changed: a threshold, nothing learned.',
    },
  ],
  [
    'paper',
    {
      color: 'var(--paper)',
      symbol: 'star',
      about: 'The FastFlow paper’s policy: at every step a bandit has learned how many steps to skip.',
    },
  ],
  [
    'plan',
    {
      color: 'var(--plan)',
      symbol: 'star',
      about:
        'FastFlow’s planner: which N steps to evaluate, and the weights of the jumps, from a short calibration.',
    },
  ],
  [
    'plan1',
    {
      color: 'var(--plan)',
      symbol: 'diamond',
      about: 'The same planned from one ordinary generation, at no extra evaluation.',
    },
  ],
  [
    'plan-exact',
    {
      color: 'var(--exact)',
      symbol: 'star',
      about:
        'FastFlow’s planner with the exact solution as its model: meant to come closer to that than the full run does, not to imitate the full run.',
    },
  ],
  [
    'oracle',
    {
      color: 'var(--muted)',
      symbol: 'circle',
      about:
        'No method: the best plan that could be found on these very noises, which nobody has beforehand. What plans could reach at most.',
    },
  ],
  [
    'floor',
    {
      color: 'var(--full)',
      symbol: 'diamond',
      about: 'Euler with five steps fewer: how much the image depends on the number of steps as such.',
    },
  ],
])

const spare: readonly MethodStyle[] = [
  { color: 'var(--spare-1)', symbol: 'circle' },
  { color: 'var(--spare-2)', symbol: 'diamond' },
  { color: 'var(--spare-3)', symbol: 'triangle' },
]

export function parseMethod(method: string): MethodName {
  const match = /^(.+)-(\d+)$/.exec(method)
  if (match === null) return { family: method, budget: undefined }
  return { family: match[1] ?? method, budget: Number(match[2]) }
}

/** Colour and symbol of a family. Unknown ones share three spare styles, by their names. */
export function methodStyle(family: string): MethodStyle {
  const sum = [...family].reduce((total, character) => total + (character.codePointAt(0) ?? 0), 0)
  return known.get(family) ?? spare[sum % spare.length] ?? { color: 'var(--ink)', symbol: 'circle' }
}

/** True for families with a style of their own; the others are other tools' methods. */
export function isKnown(family: string): boolean {
  return known.has(family)
}

/** One sentence on a family; undefined where it is not one of ours. */
export function aboutMethod(family: string): string | undefined {
  return known.get(family)?.about
}

/** Families of the methods, each once, in the order they come. */
export function familiesOf(methods: readonly string[]): readonly string[] {
  return [...new Set(methods.map((method) => parseMethod(method).family))]
}
