/** The engine itself: what belongs to a chain, and not to a tenant. */
export { allTenants } from '../pool';
