/** A wrong argument on the command line. */
export class UsageError extends Error {}

/**
 * Ends when Ctrl-C is pressed: the signal asks for a clean end, a second Ctrl-C ends the program at once. npm passes a
 * Ctrl-C on although the terminal has sent it already, so one that follows within a second is the same one.
 */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  process.on('SIGINT', () => {
    if (!controller.signal.aborted) {
      first = performance.now();
      controller.abort();
    } else if (performance.now() - first > 1000) {
      process.exit(130);
    }
  });
  return controller.signal;
}

/**
 * Runs a program: Ctrl-C aborts its signal and ends it with exit code 130; a wrong argument gives one line and exit
 * code 2; what went wrong with files or data one line and exit code 1. Any other error is a bug and shows its stack.
 */
export async function command(main: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const signal = interruptSignal();
  try {
    await main(signal);
  } catch (error) {
    if (signal.aborted) {
      console.error('Stopped by Ctrl-C.');
      process.exitCode = 130;
      return;
    }
    const expected = error instanceof UsageError || (error instanceof Error && 'code' in error);
    if (!expected) throw error;
    console.error(error.message);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
