/**
 * The migration step as a program of its own: `npm run migrate`, in the image `node dist/db/main.js`. It alone is given the owner's
 * connection (DATABASE_ADMIN_URL). It may be run again at any time, and by several at once.
 */
import { ConfigurationError, loadConfig } from '../config';
import { migrate } from './migrate';

/** The restricted role gets the password that its users connect with. */
function passwordOf(url: string): string {
  return decodeURIComponent(new URL(url).password);
}

async function main(): Promise<void> {
  const { database } = loadConfig();
  if (database.adminUrl === null)
    throw new ConfigurationError(['DATABASE_ADMIN_URL is missing: the migration step works as the owner.']);
  const { applied } = await migrate(database.adminUrl.reveal(), passwordOf(database.url.reveal()));
  process.stdout.write(applied.length === 0 ? 'Nothing new to apply.\n' : `Applied: ${applied.join(', ')}.\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`The migration step stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
