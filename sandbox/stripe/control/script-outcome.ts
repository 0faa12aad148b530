/** Outcomes as a test writes them in JSON. */
import { z } from 'zod';
import { declineOf, declines } from '../payments/declines';
import type { Outcome } from '../payments/outcome';

const declineOutcome = z.strictObject({
  kind: z.literal('decline'),
  /** Such as `insufficient_funds` or `do_not_honor`; the codes of a recorded decline come along unless others are given. */
  decline_code: z.string().default('generic_decline'),
  code: z.string().optional(),
  message: z.string().optional(),
  advice_code: z.string().nullable().optional(),
  network_advice_code: z.string().nullable().optional(),
  network_decline_code: z.string().nullable().optional(),
});

const plainOutcome = z.strictObject({ kind: z.enum(['succeed', 'requires_action', 'processing']) });

/** An outcome; the ones that wait take what comes `then`. */
export const scriptedOutcome = z.union([
  declineOutcome,
  plainOutcome,
  z.strictObject({
    kind: z.enum(['requires_action', 'processing']),
    then: z.union([declineOutcome, plainOutcome]).optional(),
  }),
]);
type ScriptedOutcome = z.infer<typeof scriptedOutcome>;

/** The outcome that a test's JSON means. */
export function outcomeFrom(given: ScriptedOutcome): Outcome {
  const then = 'then' in given && given.then !== undefined ? outcomeFrom(given.then) : null;
  switch (given.kind) {
    case 'succeed':
      return { kind: 'succeed' };
    case 'decline':
      return { kind: 'decline', decline: declineFrom(given) };
    case 'requires_action':
      return { kind: 'authenticate', then: then ?? { kind: 'succeed' } };
    case 'processing':
      return { kind: 'process', then };
  }
}

type ScriptedDecline = z.infer<typeof declineOutcome>;

function declineFrom(given: ScriptedDecline): Extract<Outcome, { kind: 'decline' }>['decline'] {
  const recorded = declineOf(given.decline_code);
  const adviceCode = chosen(given.advice_code, recorded.adviceCode);
  const networkAdviceCode = chosen(given.network_advice_code, recorded.networkAdviceCode);
  const networkDeclineCode = chosen(given.network_decline_code, recorded.networkDeclineCode);
  return {
    code: given.code ?? recorded.code,
    declineCode: recorded.declineCode,
    message: given.message ?? recorded.message,
    ...(adviceCode === null ? {} : { adviceCode }),
    ...(networkAdviceCode === null ? {} : { networkAdviceCode }),
    ...(networkDeclineCode === null ? {} : { networkDeclineCode }),
    ...(recorded.param === undefined ? {} : { param: recorded.param }),
    ...(recorded === declines.fraudulent ? { isBlocked: true } : {}),
  };
}

/** What the test says, null to leave a code out, else what was recorded. */
const chosen = (given: string | null | undefined, recorded: string | undefined): string | null =>
  given === undefined ? (recorded ?? null) : given;
