/**
 * Does `work` for every item, at most `limit` at a time; results in the order of the items. The first failure ends it:
 * what has begun goes on unheard, and nothing more begins.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  let failed = false;
  const worker = async (): Promise<void> => {
    try {
      for (const [index, item] of queue) {
        results[index] = await work(item, index);
        if (failed) return;
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
