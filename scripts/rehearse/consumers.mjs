// Everyone who installs what was released. `quick`: belongs to CI; the others come with `--whole`. `check` throws what is wrong.

import { bundlers } from './consumers/bundlers.mjs'
import { cli } from './consumers/cli.mjs'
import { commonJs } from './consumers/common-js.mjs'
import { laterReleases } from './consumers/later-releases.mjs'
import { managers } from './consumers/managers.mjs'
import { npm } from './consumers/npm.mjs'
import { tarballs } from './consumers/tarballs.mjs'
import { typescripts } from './consumers/typescript.mjs'

export const consumers = [
  tarballs,
  npm,
  commonJs,
  ...typescripts,
  ...managers,
  ...bundlers,
  ...cli,
  laterReleases,
]
