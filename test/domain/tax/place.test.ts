/** The place of supply, by evidence. */
import fc from 'fast-check';
import { type EvidenceKind, parseEvidence, type PlaceEvidence, placeOfSupply } from '../../../domain/tax/place';

const piece = (kind: EvidenceKind, country: string, region: string | null = null): PlaceEvidence => ({
  kind,
  country,
  region,
  observed_at: '2026-06-01T00:00:00.000Z',
  reference: 'seen at checkout',
});
const settled = (...evidence: PlaceEvidence[]) => {
  const decision = placeOfSupply(evidence);
  return decision.kind === 'settled' ? decision.place.country : decision.reason;
};

describe('the place of supply', () => {
  test('is where two pieces agree, and keeps those for and against it', () => {
    const address = piece('billing_address', 'US', 'US-CA');
    const network = piece('ip_address', 'US', 'US-NV');
    const card = piece('card_country', 'MX');
    expect(placeOfSupply([network, card, address])).toEqual({
      kind: 'settled',
      place: { country: 'US', region: 'US-CA' },
      agreeing: [network, address],
      contradicting: [card],
    });
  });

  test('is not settled by one piece, by none, or by two that contradict each other', () => {
    expect(settled(piece('billing_address', 'DE'))).toBe('too_few');
    expect(settled()).toBe('too_few');
    expect(settled(piece('billing_address', 'DE'), piece('ip_address', 'FR'))).toBe('contradictory');
  });

  test('is not settled by two pieces from one source', () => {
    expect(settled(piece('card_country', 'DE'), piece('bank_account_country', 'DE'))).toBe('too_few');
    expect(settled(piece('ip_address', 'DE'), piece('ip_address', 'DE'))).toBe('too_few');
  });

  test('follows the address where two countries have as many pieces', () => {
    const french = [piece('ip_address', 'FR'), piece('sim_country', 'FR')];
    const german = [piece('card_country', 'DE'), piece('billing_address', 'DE')];
    expect(settled(...french, ...german)).toBe('DE');
    expect(settled(...french, piece('card_country', 'DE'), piece('landline_country', 'DE'))).toBe('contradictory');
  });

  test('may rest on one piece for a small seller, if no other contradicts it or it is the address', () => {
    expect(placeOfSupply([piece('card_country', 'DE')], 1)).toMatchObject({
      kind: 'settled',
      place: { country: 'DE' },
    });
    expect(placeOfSupply([piece('card_country', 'DE'), piece('ip_address', 'FR')], 1)).toMatchObject({
      kind: 'unsettled',
    });
    expect(placeOfSupply([piece('ip_address', 'FR'), piece('billing_address', 'DE')], 1)).toMatchObject({
      place: { country: 'DE' },
    });
  });

  test('once settled has at least as many pieces for it as for any other country, whatever the order', () => {
    const anyPiece = fc
      .tuple(
        fc.constantFrom<EvidenceKind>('billing_address', 'ip_address', 'card_country', 'sim_country'),
        fc.constantFrom('DE', 'FR', 'KE'),
      )
      .map(([kind, country]) => piece(kind, country));
    fc.assert(
      fc.property(fc.array(anyPiece, { maxLength: 6 }), (evidence) => {
        const decision = placeOfSupply(evidence);
        const back = placeOfSupply([...evidence].reverse());
        expect(back.kind).toBe(decision.kind);
        if (decision.kind !== 'settled' || back.kind !== 'settled') return;
        const countOf = (country: string) =>
          new Set(evidence.filter((it) => it.country === country).map((it) => it.kind)).size;
        for (const country of ['DE', 'FR', 'KE'])
          expect(countOf(decision.place.country)).toBeGreaterThanOrEqual(countOf(country));
        expect(decision.agreeing.length + decision.contradicting.length).toBe(evidence.length);
        expect(new Set(decision.agreeing.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(2);
      }),
    );
  });
});

describe('evidence is read', () => {
  test('piece by piece', () => {
    const evidence = [piece('billing_address', 'US', 'US-CA')];
    expect(parseEvidence({ evidence })).toEqual({ evidence });
  });

  test.each([
    [{ kind: 'hearsay' }, 'evidence.0.kind'],
    [{ country: 'us' }, 'evidence.0.country'],
    [{ region: 'DE-BE' }, 'evidence.0.region'],
    [{ observed_at: 'yesterday' }, 'evidence.0.observed_at'],
  ])('and refused with %j', (change, path) => {
    expect(parseEvidence({ evidence: [{ ...piece('billing_address', 'US'), ...change }] })).toMatchObject([{ path }]);
  });
});
