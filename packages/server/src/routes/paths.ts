import type { FastifyInstance } from 'fastify'

/** Methods that a path takes, by the routes that are added from now on. */
export function pathsOf(app: FastifyInstance): (url: string) => readonly string[] {
  const routes: { readonly path: RegExp; readonly methods: readonly string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    const path = new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`)
    routes.push({ path, methods: [method].flat() })
  })
  return (url) => {
    const path = url.split('?')[0]!
    return [...new Set(routes.filter((route) => route.path.test(path)).flatMap(({ methods }) => methods))]
  }
}
