/** How a line is taxed, by seller, customer, place and day. */
import { isRefusal } from '../../../domain/errors';
import {
  type CheckDigits,
  checkOf,
  isToBeAskedAgain,
  type RegisterAnswer,
  standingOf,
  type TaxNumberCheck,
  taxNumberOf,
  type TaxNumberRegister,
} from '../../../domain/tax/tax-number';
import {
  type Exemption,
  parseExemption,
  parseSellerTax,
  type SellerTax,
  type TaxRequest,
  taxTreatment,
} from '../../../domain/tax/treatment';
import { june } from '../discount/coupons';
import { seller, table } from './table';

const place = (country: string, region: string | null = null) => ({ country, region });
const check = (country: string, more: Partial<TaxNumberCheck> = {}): TaxNumberCheck => ({
  taxNumber: { country, number: '123456789' },
  digits: 'valid',
  register: 'valid',
  consultation: 'WAPIAAAA',
  checkedAt: june,
  ...more,
});
const request = (more: Partial<TaxRequest>): TaxRequest => ({
  seller,
  place: place('DE'),
  check: null,
  exemptions: [],
  category: 'standard',
  date: '2026-06-01',
  table,
  ...more,
});
const decided = (more: Partial<TaxRequest>) => {
  const made = taxTreatment(request(more));
  return isRefusal(made)
    ? made.code
    : `${made.kind} ${made.percent} ${made.place.country}${made.isProvisional ? ' provisional' : ''}`;
};
const selling = (more: Partial<SellerTax>): SellerTax => ({ ...seller, ...more });

describe('a German seller', () => {
  test('taxes at home, businesses too, at the rate of the day of supply', () => {
    expect(decided({})).toBe('taxed 19 DE');
    expect(decided({ check: check('DE') })).toBe('taxed 19 DE');
    expect(decided({ date: '2020-09-30' })).toBe('taxed 16 DE');
    expect(decided({ category: 'reduced' })).toBe('taxed 7 DE');
    expect(decided({ place: place('DE', 'DE-BE') })).toBe('taxed 19 DE');
  });

  test('says why, with the source of the rate', () => {
    expect(taxTreatment(request({}))).toMatchObject({
      text: '19 % in DE on 2026-06-01 (law of DE): the seller is registered in DE',
      rate: { from: '2021-01-01', source: 'law of DE' },
    });
  });

  test('charges a French business nothing, with the legend', () => {
    expect(taxTreatment(request({ place: place('FR'), check: check('FR') }))).toMatchObject({
      kind: 'reverse_charge',
      percent: '0',
      legend: 'Reverse charge',
      isProvisional: false,
    });
  });

  test('takes a business by its check digits while the register is silent, and asks again', () => {
    const silent = check('FR', { register: 'unknown' });
    expect(decided({ place: place('FR'), check: silent })).toBe('reverse_charge 0 FR provisional');
    expect(isToBeAskedAgain(silent)).toBe(true);
  });

  test.each([
    ['the register refuses the number', check('FR', { register: 'invalid' })],
    [
      'the check digits are wrong while the register is silent',
      check('FR', { register: 'unknown', digits: 'invalid' }),
    ],
    [
      'nothing can be said of the digits while the register is silent',
      check('FR', { register: 'unknown', digits: 'unchecked' }),
    ],
    ['the number is of another country', check('ES')],
  ])('treats a customer as a consumer when %s', (_what, of) => {
    expect(decided({ place: place('FR'), check: of, seller: selling({ union_scheme: true }) })).toBe('taxed 20 FR');
  });

  test('taxes French consumers through the One-Stop Shop, or at home below the threshold, or not at all', () => {
    const french = { place: place('FR') };
    expect(decided({ ...french, seller: selling({ union_scheme: true }) })).toBe('taxed 20 FR');
    expect(decided({ ...french, seller: selling({ consumers_at_origin: true }) })).toBe('taxed 19 DE');
    expect(decided({ ...french, seller: selling({ consumers_at_origin: true, registrations: null }) })).toBe(
      'not_collected 0 FR',
    );
    expect(decided(french)).toBe('not_collected 0 FR');
  });

  test('collects abroad only while registered there', () => {
    const registrations = [{ country: 'KE', region: null, tax_number: null, from: '2026-01-01', to: '2026-07-01' }];
    const kenyan = { place: place('KE'), seller: selling({ registrations }) };
    expect(decided(kenyan)).toBe('taxed 16 KE');
    expect(decided({ ...kenyan, date: '2026-07-01' })).toBe('not_collected 0 KE');
    expect(decided({ ...kenyan, date: '2025-12-31' })).toBe('not_collected 0 KE');
  });

  test('collects in the regions in which it is registered', () => {
    const registrations = [{ country: 'US', region: 'US-CA', tax_number: null, from: '2020-01-01', to: null }];
    const american = { seller: selling({ registrations }) };
    expect(decided({ ...american, place: place('US', 'US-CA') })).toBe('taxed 7.25 US');
    expect(decided({ ...american, place: place('US', 'US-OR') })).toBe('not_collected 0 US');
  });

  test('shifts the tax to businesses of other countries where that is set', () => {
    const swiss = { place: place('CH'), check: check('CH') };
    expect(decided(swiss)).toBe('not_collected 0 CH');
    expect(decided({ ...swiss, seller: selling({ reverse_charge_countries: ['CH'] }) })).toBe('reverse_charge 0 CH');
  });

  test('is refused a line for which the table has no rate', () => {
    expect(decided({ category: 'books' })).toBe('tax_rate_not_found');
  });
});

describe('an exemption', () => {
  const exemption: Exemption = {
    country: 'DE',
    category: null,
    certificate: 'A-1',
    legend: 'Art. 151',
    from: '2026-01-01',
    to: '2026-07-01',
  };

  test('comes before all else, in its country and time, with its legend', () => {
    expect(taxTreatment(request({ exemptions: [exemption] }))).toMatchObject({
      kind: 'exempt',
      percent: '0',
      legend: 'Art. 151',
    });
    expect(decided({ exemptions: [exemption], date: '2026-07-01' })).toBe('taxed 19 DE');
    expect(decided({ exemptions: [{ ...exemption, country: 'FR' }] })).toBe('taxed 19 DE');
  });

  test('may be of one category', () => {
    expect(decided({ exemptions: [{ ...exemption, category: 'reduced' }] })).toBe('taxed 19 DE');
    expect(decided({ exemptions: [{ ...exemption, category: 'reduced' }], category: 'reduced' })).toBe('exempt 0 DE');
  });

  test('is read, and refused without certificate or with an end before its start', () => {
    expect(parseExemption(exemption)).toEqual(exemption);
    expect(parseExemption({ ...exemption, certificate: '', to: '2026-01-01' })).toMatchObject([
      { path: 'certificate' },
    ]);
    expect(parseExemption({ ...exemption, to: '2026-01-01' })).toMatchObject([{ path: 'to' }]);
  });
});

describe('the tax settings of a seller', () => {
  test('are read with what may be left out', () => {
    expect(parseSellerTax({ country: 'KE' })).toEqual({
      country: 'KE',
      registrations: null,
      union_scheme: false,
      consumers_at_origin: false,
      reverse_charge_countries: null,
    });
    expect(parseSellerTax(seller)).toEqual(seller);
  });

  test.each([
    [{ union_scheme: true, consumers_at_origin: true }, 'consumers_at_origin'],
    [{ registrations: [{ country: 'US', region: 'CA-QC', from: '2020-01-01' }] }, 'registrations.0.region'],
    [{ registrations: [{ country: 'KE', from: '2020-01-01', to: '2019-01-01' }] }, 'registrations.0.to'],
    [{ reverse_charge_countries: ['Norway'] }, 'reverse_charge_countries.0'],
  ])('are refused with %j', (change, path) => {
    expect(parseSellerTax({ country: 'DE', ...change })).toMatchObject([{ path }]);
  });
});

describe('a tax number', () => {
  test.each([
    ['de 123.456.789', { country: 'DE', number: '123456789' }],
    ['EL094259216', { country: 'GR', number: '094259216' }],
    ['XI-123456789', { country: 'GB', number: '123456789' }],
    ['123456789', null],
    ['DE', null],
    ['DE12345678901234', null],
  ])('%s is %j', (text, expected) => {
    expect(taxNumberOf(text)).toEqual(expected);
  });

  test('that the register confirmed or refused is not asked for again, nor one with wrong digits', () => {
    expect(
      [check('FR'), check('FR', { register: 'invalid' }), check('FR', { register: 'unknown', digits: 'invalid' })].map(
        isToBeAskedAgain,
      ),
    ).toEqual([false, false, false]);
    expect([null, check('FR'), check('FR', { register: 'unknown' })].map(standingOf)).toEqual([
      'consumer',
      'business',
      'presumed_business',
    ]);
  });

  test('is kept with what its register and its digits say, and a later silence does not unmake a confirmed one', async () => {
    const nineDigits: CheckDigits = ({ number }) => (/^\d{9}$/.test(number) ? 'valid' : 'invalid');
    const answers: RegisterAnswer[] = [
      { register: 'unknown', consultation: null },
      { register: 'valid', consultation: 'W1' },
      { register: 'unknown', consultation: null },
      { register: 'invalid', consultation: 'W2' },
    ];
    const register: TaxNumberRegister = {
      check: async () => answers.shift() ?? { register: 'unknown', consultation: null },
    };
    const french = { country: 'FR', number: '123456789' };
    const again = async (before: TaxNumberCheck | null, now: number, of = french) =>
      checkOf(of, nineDigits(of), await register.check(of, null), now, before);
    const silent = await again(null, 1);
    expect(silent).toEqual({
      taxNumber: french,
      digits: 'valid',
      register: 'unknown',
      consultation: null,
      checkedAt: 1,
    });
    const confirmed = await again(silent, 2);
    expect(confirmed).toMatchObject({ register: 'valid', consultation: 'W1', checkedAt: 2 });
    expect(await again(confirmed, 3)).toBe(confirmed);
    expect(await again(confirmed, 4)).toMatchObject({ register: 'invalid', checkedAt: 4 });
    expect(await again(silent, 5)).toMatchObject({ register: 'unknown', checkedAt: 5 });
    expect(await again(confirmed, 5, { country: 'FR', number: '12' })).toMatchObject({
      register: 'unknown',
      digits: 'invalid',
    });
  });
});
