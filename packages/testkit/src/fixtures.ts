/** The folder of tiny models that `training/fixtures.py` makes, with a slash at its end. */
export const fixtures: URL = new URL('../fixtures/', import.meta.url)
