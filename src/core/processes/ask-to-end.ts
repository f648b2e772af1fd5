/** How long processes have to end after SIGTERM before SIGKILL, in milliseconds. */
const patience = 5000;

/** What kills those that were asked and whose time isn't over. */
const pending = new Set<() => void>();
process.on('exit', () => {
  for (const force of pending) force();
});

/**
 * Asks processes to end, and kills those that are left at the end of patience, or when this process ends before that;
 * `killed` follows in the first case. Returns what calls the rest off. Keeps nobody waiting.
 */
export function askToEnd(kill: (signal: NodeJS.Signals) => void, killed: () => void): () => void {
  const force = (): void => {
    callOff();
    kill('SIGKILL');
  };
  const timer = setTimeout(() => {
    force();
    killed();
  }, patience).unref();
  const callOff = (): void => {
    clearTimeout(timer);
    pending.delete(force);
  };
  pending.add(force);
  kill('SIGTERM');
  return callOff;
}
