import fc from 'fast-check';
import { askFor, assetAt, cursorNow, type DepositCase, distinct, findAll, identityOf, testIf } from './case';
import type { SeenDeposit } from '../../../adapters/chains/port';
import type { ChainHarness, ChainMachine, OutsidePayment } from './harness';

type Move =
  | { readonly kind: 'pay'; readonly asset: number }
  | { readonly kind: 'mine'; readonly blocks: number }
  | { readonly kind: 'reorg'; readonly depth: number }
  | { readonly kind: 'search' };

/** Shallow enough for every machine to stay above what is final: `finalize` comes first and is followed by six blocks at least. */
const depthMax = 3;

const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constant('pay' as const), asset: fc.integer({ min: 0, max: 1 }) }),
  fc.record({ kind: fc.constant('mine' as const), blocks: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('reorg' as const), depth: fc.integer({ min: 1, max: depthMax }) }),
  fc.constant({ kind: 'search' as const }),
);

/** A watcher and its payers, through one course of moves. */
class Course {
  readonly seen: SeenDeposit[] = [];
  readonly payments: OutsidePayment[] = [];
  /** Blocks that may be withdrawn. */
  private loose = 0;

  private constructor(
    private readonly harness: ChainHarness,
    private readonly canReorg: boolean,
    private readonly cases: readonly DepositCase[],
    private cursor: string,
  ) {}

  static async begin(harness: ChainHarness, canReorg: boolean): Promise<Course> {
    const signer = harness.newSigner();
    const cases = [
      await askFor(harness, assetAt(harness, 0), signer),
      await askFor(harness, assetAt(harness, 1), signer),
    ];
    await harness.finalize();
    return new Course(harness, canReorg, cases, await cursorNow(harness));
  }

  async play(step: Move): Promise<void> {
    if (step.kind === 'pay') return this.pay(step.asset);
    if (step.kind === 'mine') return this.mine(step.blocks);
    if (step.kind === 'search') return this.search();
    const depth = Math.min(step.depth, this.loose);
    if (!this.canReorg || depth === 0) return;
    await this.harness.reorg(depth);
    this.loose -= depth;
  }

  private async pay(asset: number): Promise<void> {
    const asked = this.cases[asset];
    if (asked !== undefined) this.payments.push(await this.harness.pay(asked.instruction));
    await this.mine(1);
  }

  private async mine(blocks: number): Promise<void> {
    await this.harness.mine(blocks);
    this.loose = Math.min(this.loose + blocks, depthMax);
  }

  private async search(): Promise<void> {
    const { deposits, cursor } = await findAll(this.harness, this.cases, this.cursor);
    this.seen.push(...deposits);
    this.cursor = cursor;
  }

  /** Every payer sends again what was withdrawn; then all is final. */
  async end(): Promise<void> {
    for (const payment of this.payments) await payment.resend();
    await this.mine(1);
    await this.harness.finalize();
    await this.search();
  }
}

async function standingSeen(harness: ChainHarness, seen: readonly SeenDeposit[]): Promise<SeenDeposit[]> {
  const read = await Promise.all(distinct(seen).map((deposit) => harness.chain.readDeposit(deposit)));
  return read.filter((deposit) => deposit !== null);
}

export function describeReorgs(machine: ChainMachine, harness: () => ChainHarness): void {
  const { reorgs } = machine.capabilities;

  describe('withdrawn blocks', () => {
    testIf(reorgs, 'a withdrawn deposit is not shown any more, and found again when it is included again', async () => {
      const { chain } = harness();
      const signer = harness().newSigner();
      const asked = await askFor(harness(), assetAt(harness(), 1), signer);
      const other = await askFor(harness(), assetAt(harness(), 1), signer);
      await harness().finalize();
      const cursor = await cursorNow(harness());
      const payment = await harness().pay(asked.instruction);
      await harness().mine();
      const first = await findAll(harness(), [asked], cursor);
      const [seen] = first.deposits;
      if (seen === undefined) throw new Error('No deposit was found.');
      expect(seen.isFinal).toBe(false);
      await harness().reorg(1);
      expect(await chain.readDeposit(seen)).toBeNull();
      // At another place in its block than before: the identity must not follow from the place.
      await harness().pay(other.instruction);
      await payment.resend();
      await harness().mine(2);
      const [again] = distinct((await findAll(harness(), [asked], first.cursor)).deposits);
      expect(again).toMatchObject({ watch: seen.watch, amount: seen.amount });
      expect(identityOf(again ?? seen)).toBe(identityOf(seen));
    });

    test('through any course of payments, blocks and reorgs each payment is found, and none stands twice', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(move, { minLength: 4, maxLength: 14 }), async (moves) => {
          const course = await Course.begin(harness(), reorgs);
          for (const step of moves) await course.play(step);
          await course.end();
          const standing = await standingSeen(harness(), course.seen);
          expect(standing.every(({ isFinal }) => isFinal)).toBe(true);
          expect(standing.map(({ transactionId }) => transactionId).sort()).toEqual(
            course.payments.map(({ id }) => id).sort(),
          );
        }),
        { numRuns: 8 },
      );
    });
  });
}
