import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MEASURED_FILE } from '../../cost/documents.ts';
import { Measured } from '../../cost/measured.ts';
import { STAGE } from '../../cost/prepare.ts';
import { readStage, type Stage } from '../../cost/stage.ts';
import { synthesize } from '../../lib/local/start/synthesis.ts';

/** What the bill and the limits are computed from beside what was counted. */
const fingerprint = ({ functions, tables, queueConsumers, machines, schedules, alarms, secrets }: Stage) => ({
  functions,
  tables,
  queueConsumers,
  machines,
  schedules,
  alarms,
  secrets,
});

it('the costs and limits were measured with the functions, memory and tables of now', async () => {
  const measured = Measured.parse(JSON.parse(readFileSync(MEASURED_FILE, 'utf8')));
  const directory = mkdtempSync(join(tmpdir(), 'cartwright-measured-'));
  try {
    await synthesize(directory, true, '.', { stage: STAGE });
    expect(
      fingerprint(measured.stage),
      `${MEASURED_FILE}, docs/cost.md and docs/limits.md are of another app: run npm run cost -- --write`,
    ).toEqual(fingerprint(readStage(directory)));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
