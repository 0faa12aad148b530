/** Work that is done now and then, until it is stopped. */
export interface Repeated {
  stop(): Promise<void>;
}

/** Who hears that a round failed. */
export interface RoundLog {
  warn(facts: object, message: string): void;
}

/** Runs the work now and then; a round that still runs is not joined by another. It never ends by an error: the next round sees the same. */
export function every(ms: number, work: () => Promise<unknown>, log: RoundLog, onRest: string): Repeated {
  let round: Promise<void> | null = null;
  const begin = (): void => {
    round ??= work()
      .then(
        () => undefined,
        (error: unknown) => log.warn({ reason: String(error) }, onRest),
      )
      .finally(() => {
        round = null;
      });
  };
  const timer = setInterval(begin, ms);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}
