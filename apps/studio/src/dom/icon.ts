import { s } from './element.ts'

/** Outlines in a box of 24 by 24, drawn in the colour of the text around them. */
const paths = {
  download: 'M12 4v11m0 0 4.5-4.5M12 15l-4.5-4.5M5 19.5h14',
  upload: 'M12 16V5m0 0 4.5 4.5M12 5 7.5 9.5M5 19.5h14',
  shuffle:
    'M4 7h3.5c4.5 0 5 10 9.5 10h3m0 0-2.5-2.5M20 17l-2.5 2.5M4 17h3.5c1.4 0 2.4-1 3.1-2.3M20 7h-3c-1.4 0-2.4 1-3.1 2.3M20 7l-2.5-2.5M20 7l-2.5 2.5',
  play: 'M8 5.5v13l10.5-6.5z',
  pause: 'M8.5 5.5v13m7-13v13',
  stop: 'M7 7h10v10H7z',
  edit: 'M4.5 19.5l.9-4L15.9 5l3.1 3.1L8.5 18.6z',
  trash: 'M5 7h14M10 7V4.5h4V7m-7.5 0 .8 12.5h9.4L17.5 7',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1',
  file: 'M7 3.5h6.5L18 8v12.5H7zM13 3.5V8.5h5',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2m0 15v2m9.5-9.5h-2m-15 0h-2m16.2-6.7-1.4 1.4M6.7 17.3l-1.4 1.4m0-13.4 1.4 1.4m10.6 10.6 1.4 1.4',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z',
  auto: 'M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16',
  close: 'm6 6 12 12M18 6 6 18',
  spark: 'M12 3.5 14 10l6.5 2-6.5 2-2 6.5-2-6.5L3.5 12l6.5-2z',
} as const

export type IconName = keyof typeof paths

/** An icon beside words that say the same: hidden from screen readers. */
export function icon(name: IconName): SVGSVGElement {
  return s(
    'svg',
    { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    s('path', { d: paths[name] }),
  )
}
