import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Catalogue, catalogueBreaks, currentCatalogue } from './event-catalogue.ts';

/**
 * `npm run catalogue`: writes the events as they are now to `docs/events.json`, unless something that consumers rely on
 * was taken away: then a new version of the event is needed. `--force` writes all the same, before the first release.
 */
const FILE = 'docs/events.json';

const current = await currentCatalogue();
const breaks = existsSync(FILE)
  ? catalogueBreaks(Catalogue.parse(JSON.parse(readFileSync(FILE, 'utf8'))), current)
  : [];
if (breaks.length > 0 && !process.argv.includes('--force')) {
  console.error(`These changes need a new version of their event:\n  ${breaks.join('\n  ')}`);
  process.exitCode = 1;
} else {
  writeFileSync(FILE, `${JSON.stringify(current, null, 2)}\n`);
  console.log(`${FILE}: ${Object.keys(current.events).length} events`);
}
