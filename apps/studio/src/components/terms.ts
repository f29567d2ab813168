import { h } from '../dom/element.ts'

const terms: readonly (readonly [string, string])[] = [
  [
    'Evaluation',
    'One call of the network, which takes nearly all of the time. A full run makes one a step; with guidance it takes two passes.',
  ],
  [
    'dB (PSNR)',
    'How close two pictures are, pixel by pixel. From about 35 dB on most people see no difference; it says nothing about beauty.',
  ],
  [
    'LPIPS',
    'How different two pictures look, by a network trained on what people said: 0 is alike, 0.05 hard to tell apart.',
  ],
  [
    'Plan',
    'Which steps are evaluated, and how those between are computed from them; made once from a few calibration runs.',
  ],
  [
    'Bandit',
    'A rule that learns by trying: at every step it picks how many to skip, sees how well that went, and picks better next time.',
  ],
]

/** The words of this page, explained to whoever asks. */
export function termsList(): HTMLElement {
  return h(
    'details',
    { class: 'terms' },
    h('summary', {}, 'What the words mean'),
    h('dl', {}, ...terms.map(([term, words]) => h('div', {}, h('dt', {}, term), h('dd', {}, words)))),
  )
}
