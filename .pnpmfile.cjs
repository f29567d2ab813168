// What is needed to develop a package is no business of those who install it, and partly never published.
module.exports = {
  hooks: {
    beforePacking(manifest) {
      const { devDependencies, scripts, ...rest } = manifest
      return rest
    },
  },
}
