/** Check digits offline, and the register of the European Union on the wire. */
import { checkDigits } from '../../../adapters/tax/check-digits';
import { createVies } from '../../../adapters/tax/vies';
import { taxNumberOf } from '../../../domain/tax/tax-number';
import { startViesDouble, type ViesDouble } from './vies-double';

let vies: ViesDouble;
beforeAll(async () => {
  vies = await startViesDouble();
});
afterAll(() => vies.close());

const numberOf = (text: string) => taxNumberOf(text)!;

test.each([
  ['DE136695976', 'valid'],
  ['DE136695977', 'invalid'],
  ['FR40303265045', 'valid'],
  ['EL094259216', 'valid'],
  ['ATU12345678', 'invalid'],
  ['KE123456789A', 'unchecked'],
])('the check digits of %s are %s', (text, verdict) => {
  expect(checkDigits(numberOf(text))).toBe(verdict);
});

describe('the register', () => {
  const register = () => createVies({ url: vies.url, timeoutMs: 2_000 });
  const asked = (text: string, requester: string | null = null) =>
    register().check(numberOf(text), requester === null ? null : numberOf(requester));

  test('covers the Member States and nobody else', () => {
    expect(['GR', 'DE', 'GB', 'KE', 'EL'].map((country) => register().covers(country))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test('gives a receipt to a requester who says who they are', async () => {
    vies.answers.set('FR40303265045', 'valid');
    expect(await asked('FR40303265045', 'DE136695976')).toEqual({
      register: 'valid',
      consultation: expect.stringMatching(/^WAPI/),
    });
    expect(vies.asked.at(-1)).toEqual({
      countryCode: 'FR',
      vatNumber: '40303265045',
      requesterMemberStateCode: 'DE',
      requesterNumber: '136695976',
    });
    expect(await asked('FR40303265045')).toEqual({ register: 'valid', consultation: null });
  });

  test('is asked for a Greek number by EL', async () => {
    vies.answers.set('EL094259216', 'valid');
    expect(await asked('EL094259216')).toMatchObject({ register: 'valid' });
  });

  test('says no in so many words', async () => {
    expect(await asked('FR83404833048')).toMatchObject({ register: 'invalid' });
  });

  test.each(['MS_UNAVAILABLE', 'MS_MAX_CONCURRENT_REQ', 'TIMEOUT'] as const)(
    'means unknown by %s, never invalid',
    async (word) => {
      vies.answers.set('FR40303265045', word);
      expect(await asked('FR40303265045')).toEqual({ register: 'unknown', consultation: null, obstacle: word });
    },
  );

  test('means unknown when it answers nonsense, or nobody listens', async () => {
    vies.answers.set('FR40303265045', 'garbage');
    expect(await asked('FR40303265045')).toMatchObject({ register: 'unknown' });
    const away = createVies({ url: 'http://127.0.0.1:1/rest-api' });
    expect(await away.check(numberOf('FR40303265045'), null)).toMatchObject({ register: 'unknown' });
  });
});
