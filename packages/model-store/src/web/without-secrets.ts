/** An address for messages and records: without a user, a password, or the query that signed addresses have. */
export function withoutSecrets(url: URL): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  shown.search = ''
  return shown.href
}
