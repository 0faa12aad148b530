// npm start: installs what is missing, then starts everything. Uses Node's own modules alone.
import { runTypeScript } from './run.mjs';

runTypeScript('dev/stack/main.ts', process.argv.slice(2));
