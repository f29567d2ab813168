export type Theme = 'auto' | 'light' | 'dark'

const KEY = 'fastflow-studio.theme'

export function readTheme(): Theme {
  const stored = stores()?.getItem(KEY)
  return stored === 'light' || stored === 'dark' ? stored : 'auto'
}

export function writeTheme(theme: Theme): void {
  stores()?.setItem(KEY, theme)
  applyTheme(theme)
}

/** The style sheet reads the attribute; without one the system decides. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme
}

/** Browsers may refuse storage altogether. */
function stores(): Storage | undefined {
  try {
    return localStorage
  } catch {
    return undefined
  }
}
