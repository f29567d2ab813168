// The package has no types of its own.
declare module '@pnpm/npm-conf' {
  /** Reads the settings of npm: environment, `.npmrc` of project and user. */
  export default function npmConf(): { readonly config: { get(name: string): unknown } }
}
