// What programs of a rehearsal see: the registry on this machine, and nothing that the user's own caches or settings hold.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export function environmentOf(url, work) {
  const home = join(work, 'home')
  mkdirSync(home, { recursive: true })
  // Publishing takes a token, whatever it is.
  writeFileSync(join(home, '.npmrc'), `registry=${url}\n${url.replace('http:', '')}:_authToken=rehearsal\n`)
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm|pnpm|yarn|bun|deno)_/i.test(name))
  return {
    ...Object.fromEntries(inherited),
    CI: '1',
    HOME: home,
    USERPROFILE: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    npm_config_registry: url,
    npm_config_userconfig: join(home, '.npmrc'),
    npm_config_cache: join(home, 'npm'),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    YARN_NPM_REGISTRY_SERVER: url,
    YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
    YARN_ENABLE_TELEMETRY: '0',
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    NEXT_TELEMETRY_DISABLED: '1',
    TURBO_TELEMETRY_DISABLED: '1',
    ONNXRUNTIME_NODE_INSTALL: 'skip',
  }
}
