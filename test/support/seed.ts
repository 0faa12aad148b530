/**
 * Properties take jest's seed, which each run prints: `npm test -- --seed=<it>` plays the same values again.
 */
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: jest.getSeed() });
