import { existsSync } from 'node:fs'

/** Where browsers of the Chromium family usually are; `FASTFLOW_CHROMIUM` names another one. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
]

/** Path of the system's Chromium; undefined where there is none, which skips tests that need it, and fails them in CI. */
export const chromium: string | undefined = [process.env.FASTFLOW_CHROMIUM ?? '', ...places].find(
  (path) => path !== '' && existsSync(path),
)

/** Flags for tests: a software WebGPU adapter, and no traffic of the browser's own. */
export const chromiumArgs: readonly string[] = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
]
