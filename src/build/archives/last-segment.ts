/** What the file at a URL, or at the path of one, is called. A guest may have chosen it: what can't be decoded stays as it is. */
export function lastSegment(url: string): string {
  const name = url.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
