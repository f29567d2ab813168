/** Where in a folder of models lies what is partly there, by name and content; hidden, so that it is no model. */
export const PARTIAL = '.partial'
