/** An absolute path up to its last part. */
const FOLDERS = /(^|[\s"'(])(?:file:\/\/)?(?:[A-Za-z]:)?[\\/](?:[^\\/\n"':;,()]*[^\\/\n"':;,()\s][\\/])+/g

/** What packages say to who runs them, for others: files by their names, without the folders of this machine. */
export function withoutFolders(text: string): string {
  return text.replace(FOLDERS, '$1')
}
