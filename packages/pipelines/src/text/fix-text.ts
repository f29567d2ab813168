export function fixText(text: string): string {
  return text
}
