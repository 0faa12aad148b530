import { createRails, isRailName, railNames } from '../../../adapters/rails';

const rails = createRails({
  stripe: { secretKey: 'sk_test_123456789012', webhookSecret: 'whsec_test', apiUrl: null, requestsPerSecondMax: 0 },
});

describe('the registry of rails', () => {
  it.each(railNames)('makes %s under its own name', (name) => {
    expect(rails[name].name).toBe(name);
  });

  it('knows its names and no others', () => {
    expect(railNames.every(isRailName)).toBe(true);
    for (const other of ['paper', 'constructor', '', null, 7]) expect(isRailName(other)).toBe(false);
  });
});
